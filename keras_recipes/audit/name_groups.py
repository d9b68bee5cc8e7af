"""Groups that file names tell of, one person's photographs say, that a split tears apart."""

from dataclasses import replace

from keras_recipes.audit.finding import Finding, Group
from keras_recipes.data.file_groups import assign_groups
from keras_recipes.data.survey import find_groups
from keras_recipes.errors import RecipeError


def group_findings(images, files, root, divided: bool) -> tuple[Finding, ...]:
    """Groups of files that lie in several splits, or that a random division would tear apart.

    The rule is the one that `keras-recipes init` would write: a list `<folder>.groups.csv` beside
    the folder, or what is before the number in `anna_01.jpg`.

    Args:
        images: `AuditedImages`.
        files: `LabelledFile`s, in any order, without groups; those of `images` at least.
        root: the folder.
        divided: whether the splits are those that a run uses.
    """
    whole = [replace(each, split="train", group=None) for each in files]
    try:
        rule, _ = find_groups(root, whole)
    except RecipeError:  # a list that does not fit, which init and a run tell of
        return ()
    if rule is None:
        return ()
    group_of = {each.name: each.group for each in assign_groups(whole, rule)}
    members = {}
    for index in range(len(images)):
        image = images.about(index)
        members.setdefault(group_of[image.name], []).append(image)
    astride = {
        name: some for name, some in members.items() if len({each.split for each in some}) > 1
    }
    mend = f"Say data.group={rule!r}, and every division keeps them whole."
    if not astride and divided:
        return ()
    if not astride:
        return (
            Finding(
                kind="groups",
                sentence=f"{len(members)} groups of files seem to belong together, by {rule}. A "
                f"random division would put a group on both of its sides. {mend}",
                groups=_groups(members),
            ),
        )
    concerned = sum(each.split == "test" for some in astride.values() for each in some)
    return (
        Finding(
            kind="groups-across-splits",
            sentence=f"{len(astride)} of {len(members)} groups of files, by {rule}, lie in several "
            f"splits; {concerned} of their images are test images. What is new in a test set is "
            f"then less new than what you will meet. {mend} Where the folder itself has the parts, "
            "move each group into one of them.",
            groups=_groups(astride),
        ),
    )


def _groups(members):
    order = sorted(members, key=lambda each: (-len(members[each]), each))
    return tuple(Group(images=tuple(members[each]), note=each) for each in order)
