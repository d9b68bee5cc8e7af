"""A page as a test sees it."""

import html.parser

VOID = {"meta", "img", "br"}


class Page(html.parser.HTMLParser):
    """Elements, visible text and exact numbers of a page; refuses tags that do not match."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.words, self.numbers, self.rows = [], [], [], []
        self._open = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.elements.append((tag, attributes))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "data":
            self.numbers.append(float(attributes["value"]))
        if tag == "tr":
            self.rows.append([])
        if tag == "data" and self.rows and "tr" in self._open:
            self.rows[-1].append(float(attributes["value"]))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] != "style":
            self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())

    def classes(self):
        return [a["class"] for _, a in self.elements if "class" in a]
