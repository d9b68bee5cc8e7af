"""What a search has found, in sentences, and by how much choosing flatters it."""

from keras_recipes.studies.criterion import TEST_METRICS, gain
from keras_recipes.studies.search import ENDED, FAILED, Searched
from keras_recipes.studies.trials import Outcome
from keras_recipes.studies.verdict import verdict


def fresh_scores(outcomes: list[Outcome]) -> list[float]:
    """Validation scores of finished runs: of settings that other runs have chosen."""
    scores = [each.run["results"]["best"] for each in outcomes if each.error is None]
    return [each for each in scores if each is not None]


def search_verdict(searched: Searched, fresh: list[float], rows) -> list[str]:
    """Sentences: what was chosen, by how much its score was too good, what the test set shows.

    Args:
        searched: with one finished setting at least.
        fresh: validation scores of the chosen setting with other seeds.
        rows: the recipe as it is and the chosen setting, as `compare` returns them.
    """
    sentences = [_chosen(searched)]
    best = searched.best()[0]
    if fresh:
        mean = sum(fresh) / len(fresh)
        flattery = gain(searched.monitor, best.score, mean)
        seeds = f"{len(fresh)} other seeds" if len(fresh) > 1 else "another seed"
        sentences.append(
            f"With {seeds} its {searched.monitor} is {mean:.4f}: the score that chose it was "
            f"{abs(flattery):.4f} {'better' if flattery >= 0 else 'worse'} than that."
        )
    return sentences + verdict(rows, TEST_METRICS[searched.monitor])


def _chosen(searched):
    found = searched.best()
    best, number = found[0], len(searched.tried) - 1
    states = [each.state for each in searched.tried[1:]]
    aside = [f"{states.count(each)} {each}" for each in (ENDED, FAILED) if each in states]
    told = f" ({', '.join(aside)})" if aside else ""
    same = sum(each.score == best.score for each in found) - 1
    text = (
        f"The best {searched.monitor} of {number} settings{told} is {best.score:.4f}, of "
        f"{best.variant.name}"
    )
    text += f" and {same} more, of which the first is taken" if same else ""
    plain = searched.plain.score
    if plain is None:
        return f"{text}; the recipe as it is failed."
    if gain(searched.monitor, best.score, plain) > 0:
        return f"{text}; the recipe as it is has {plain:.4f}."
    return f"{text}: no better than the recipe as it is, {plain:.4f}."
