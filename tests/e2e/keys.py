"""A pane by keys alone: where focus is, and that it is never lost."""

from dataclasses import dataclass, field

from playwright.sync_api import expect

from tests.e2e.stage import Stage

WHERE = """
() => {
    const one = document.activeElement
    if (one === null || one === document.body) return document.hasFocus() ? '(nowhere)' : '(outside)'
    const label = one.labels?.[0]?.textContent
    return (one.getAttribute('aria-label') ?? label ?? one.textContent ?? '').trim().replace(/\\s+/g, ' ') || one.id || one.tagName
}
"""
MOST = 40  # stops of the longest way


@dataclass
class Keys:
    """Presses keys and tells where focus is afterwards."""

    stage: Stage
    way: list[str] = field(default_factory=list)

    @property
    def where(self) -> str:
        """The name of what has focus in the pane."""
        return str(self.stage.frame.evaluate(WHERE))

    def press(self, *keys: str) -> None:
        """Press keys; focus must be somewhere after each."""
        for key in keys:
            self.stage.outlook.keyboard.press(key)
            assert self.where != "(nowhere)", f"{key} lost focus after {self.way[-3:]}"

    def write(self, text: str) -> None:
        """Type into what has focus."""
        self.stage.outlook.keyboard.insert_text(text)

    def to(self, name: str, key: str = "Tab") -> list[str]:
        """Tab until something of this name has focus; the names on the way."""
        on_the_way: list[str] = []
        for _ in range(MOST):
            self.press(key)
            on_the_way.append(self.where)
            if on_the_way[-1].startswith(name):
                self.way += on_the_way
                return on_the_way
        raise AssertionError(f"{key} does not reach {name}: {on_the_way}")

    def settles(self, name: str) -> None:
        """Wait until something of this name has focus: a state has changed."""
        frame = self.stage.frame
        expect(frame.locator(":focus")).to_have_count(1)
        assert self.where.startswith(name), self.where
