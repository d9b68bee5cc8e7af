"""What lists and rules say of files: manifests, groups, exclusions."""

import pytest
from image_folder import write_classes, write_image

from keras_recipes import Folder, RecipeError
from keras_recipes.data.csv_table import read_table

PEOPLE = ("anna", "bert", "carl", "dora", "emil", "fritz", "gina", "hans", "ida", "jan")


@pytest.fixture
def photos(tmp_path):
    return write_classes(tmp_path / "photos", people=PEOPLE)


def build(root, **fields):
    return Folder(str(root), image_size=(4, 4), **fields).build()


def refused(root, match, **fields):
    with pytest.raises(RecipeError, match=match):
        build(root, **fields)


def all_names(dataset):
    parts = (dataset.train, dataset.validation, dataset.read_test())
    return [name for examples in parts for name in examples.file_names()]


def write(path, *lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def people_of(dataset):
    parts = (dataset.train, dataset.validation, dataset.read_test())
    return [
        {name.split("/")[-1].split("_")[0] for name in examples.file_names()} for examples in parts
    ]


def assert_apart(people):
    assert sum(map(len, people)) == len(set().union(*people)) == len(PEOPLE)


def test_a_rule_on_the_name_keeps_people_apart(photos):
    assert_apart(people_of(build(photos, group=r"^([a-z]+)_")))
    assert_apart(people_of(build(photos, group=r"/([a-z]+)_", fold=(1, 3))))


def test_a_list_keeps_people_apart_by_paths_of_every_kind(photos, tmp_path):
    rows = ["file;label;group"]  # as a spreadsheet in Europe writes it
    for index, path in enumerate(sorted(photos.glob("*/*.png"))):
        below_photos, below_list = path.relative_to(photos), path.relative_to(tmp_path)
        name = (below_photos, below_list, path)[index % 3]
        rows.append(f"{name};x;{path.name.split('_')[0]}")
    assert_apart(people_of(build(photos, group=write(tmp_path / "groups.csv", *rows))))
    short = write(tmp_path / "short.csv", *rows[:-2])
    refused(photos, "gives 2 files no group: .*red/", group=short)
    double = write(tmp_path / "double.csv", *rows, "red/anna_000.png;x;bert")
    refused(photos, "red/anna_000.png into the groups anna and bert", group=double)
    moved = write(tmp_path / "moved.csv", "file,group", "pics/red/anna_000.png,anna")
    refused(photos, "names none .* Did you mean 'red/anna_000.png'", group=moved)
    vague = write(tmp_path / "vague.csv", *rows, "anna_000.png;x;anna")
    refused(photos, "names anna_000.png, of which there are 3", group=vague)


def test_other_groups_are_another_fingerprint(photos):
    prints = [build(photos, group=rule).fingerprint for rule in (None, r"^([a-z])", r"^([a-z]+)_")]
    assert len(set(prints)) == 3


def test_a_rule_that_does_not_fit_says_which_files(photos):
    write_image(photos / "red" / "unnamed.png")
    refused(photos, "gives 1 files no group: red/unnamed.png", group=r"^([a-z]+)_")
    assert build(photos, group=r"^([a-z]+)_", exclude=("unnamed.png",))
    for expression, said in ((r"^(\w+", "no regular expression"), (r"^[a-z]+", "marks 0")):
        with pytest.raises(RecipeError, match=said):
            Folder("photos", group=expression)


def test_a_person_in_two_parts_of_the_data_is_found(tmp_path):
    write_classes(tmp_path / "train", people=PEOPLE[:8])
    write_classes(tmp_path / "test", 4, people=PEOPLE[8:])
    assert build(tmp_path, group=r"^([a-z]+)_")
    write_image(tmp_path / "test" / "red" / "anna_999.png")
    refused(tmp_path, "groups in several parts of the data: anna", group=r"^([a-z]+)_")


def test_excluded_files_are_left_out(photos, tmp_path):
    assert len(all_names(build(photos))) == 60
    out = build(photos, exclude=("anna_*", "red/bert_001.png", "blue/[cd]*"))
    assert len(all_names(out)) == 60 - 6 - 1 - 4
    without_a_class = build(photos, exclude=("green/*",))
    assert without_a_class.class_names == ("blue", "red")
    text = write(tmp_path / "out.txt", "# blurred", "red/anna_000.png", "", "blue/*_003.png")
    assert len(all_names(build(photos, exclude=text))) == 58
    table = write(tmp_path / "out.csv", "why,file", "dark,photos/red/anna_000.png")
    assert len(all_names(build(photos, exclude=table))) == 59
    refused(photos, "no file with 'red/ana_000.png'. Did you mean 'red/anna_000.png'",
            exclude=("red/ana_000.png",))  # fmt: skip
    refused(photos, "out2.txt can't be read", exclude=str(tmp_path / "out2.txt"))
    with pytest.raises(RecipeError, match="Write a tuple of one"):
        Folder("photos", exclude="*_copy.jpg")


def manifest(path, photos, *, split=True, group=True):
    rows = ["file,label,split,group"]
    for each in sorted(photos.glob("*/*.png")):
        person, number = each.stem.split("_")
        part = {"ida": "val", "jan": "TEST"}.get(person, "train")
        rows.append(f"{each.relative_to(photos)},{each.parent.name},{part},{person}")
    keep = [0, 1] + [2] * split + [3] * group
    return write(path, *(",".join(row.split(",")[each] for each in keep) for row in rows))


def test_a_manifest_says_all(photos, tmp_path):
    listed = manifest(tmp_path / "all.csv", photos)
    dataset = build(photos, manifest=listed)
    assert people_of(dataset)[1:] == [{"ida"}, {"jan"}]
    assert_apart(people_of(build(photos, manifest=manifest(tmp_path / "b.csv", photos, split=0))))
    plain = build(photos, manifest=manifest(tmp_path / "c.csv", photos, split=False, group=False))
    assert plain.class_names == ("blue", "green", "red")
    assert (len(plain.train), len(plain.validation), len(plain.read_test())) == (43, 5, 12)
    refused(photos, "both group the files", manifest=listed, group=r"^([a-z]+)_")


def test_manifests_that_are_wrong_say_where(photos, tmp_path):
    def said(match, *lines):
        refused(photos, match, manifest=write(tmp_path / "m.csv", *lines))

    good = "red/anna_000.png,red"
    said("has no column 'label'.*Did you mean 'labels'", "file,labels", good)
    said("line 3, has 3 values for 2 columns", "file,label", good, "a.png,red,blue")
    said("line 2, has no label", "file,label", "red/anna_000.png,")
    said("lists twice: red/anna_000.png", "file,label", good, good)
    said("has the split 'tset'.*Did you mean 'test'", "file,label,split", f"{good},tset")
    said("has no group for red/anna_000.png", "file,label,group", f"{good},")
    said("lists no files", "file,label")
    said("1 of 2 files that can't be read: blue/none.png", "file,label", good, "blue/none.png,blue")
    refused(photos, "none.csv does not exist", manifest=str(tmp_path / "none.csv"))


def test_spreadsheets_are_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes('\ufefffile\tgroup \r\n"a\tb.png"\t 1\r\n\r\n'.encode())
    assert read_table(path, "data.group", ("file", "group")) == [{"file": "a\tb.png", "group": "1"}]
    path.write_bytes("file,group\nä.png,1".encode("latin-1"))
    with pytest.raises(RecipeError, match="is not UTF-8"):
        read_table(path, "data.group", ("file", "group"))
    write(path, "file,file", "a,b")
    with pytest.raises(RecipeError, match="two columns 'file'"):
        read_table(path, "data.group", ("file",))
