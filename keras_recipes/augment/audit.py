"""Which operations of a traced function have state, and so are no function of a key."""

from tensorflow.python.framework import op_def_registry

# Marked stateful by TensorFlow for other reasons than state: control flow (the bodies are looked
# at by themselves), arguments, and effects that leave the result alone.
_HARMLESS = frozenset(
    [
        "Assert",
        "Case",
        "If",
        "PartitionedCall",
        "PrintV2",
        "StatefulPartitionedCall",
        "While",
        "_Arg",
        "_Retval",
    ]
)
# Run Python, which may hold any state, though TensorFlow can be told that it holds none.
_PYTHON = frozenset(["PyFuncStateless"])


def stateful_operations(function):
    """List the operations whose result depends on more than their inputs.

    Variables, random operations with a state or an operation seed, look-up tables, Python calls.

    Args:
        function: `tf.types.experimental.ConcreteFunction`, such as
            `tf.function(f).get_concrete_function(...)`.

    Returns:
        Sorted names of operation types, each once; empty if the function is pure.
    """
    graph = function.graph.as_graph_def()
    nodes = [*graph.node, *(n for called in graph.library.function for n in called.node_def)]
    called_by_name = {called.signature.name for called in graph.library.function}
    return sorted({node.op for node in nodes if _is_stateful(node.op)} - called_by_name)


def _is_stateful(operation):
    if operation in _HARMLESS:
        return False
    definition = op_def_registry.get(operation)
    # An operation that TensorFlow does not know cannot be vouched for.
    return operation in _PYTHON or definition is None or definition.is_stateful
