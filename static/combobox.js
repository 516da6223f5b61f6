// Offers choices while one types into an input, as a combobox (ARIA 1.2). Without it the input is part of an ordinary
// form, and so it stays while the list is closed or nothing in it is marked.
//
// What is offered comes from a `source`:
//   label          what the list is called
//   least          letters before anything is asked
//   address(text)  where to ask
//   read(answer)   { options: [{ label, note, ... }], said }: what is listed, and what is said aloud
//   choose(option, box)  what a choice does
"use strict";

class Combobox {
  static WAIT = 200; // milliseconds after the last key, so that a word is one question and not five

  constructor(input, id, source) {
    this.input = input;
    this.source = source;
    this.list = Object.assign(document.createElement("ul"), { id, className: "app-combobox__list", hidden: true });
    this.list.tabIndex = -1; // a list that scrolls would be a stop of the Tab key
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", source.label);
    this.status = Object.assign(document.createElement("div"), { className: "govuk-visually-hidden" });
    this.status.setAttribute("role", "status");
    input.type = "text"; // a search field may not be a combobox
    const box = Object.assign(document.createElement("div"), { className: "app-combobox" });
    input.before(box);
    box.append(input, this.list, this.status);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, autocomplete: "off",
    })) input.setAttribute(name, value);
    this.options = [];
    this.isStale = false; // true while the options answer other words than the input has
    this.active = -1;
    input.addEventListener("input", () => this.wait());
    input.addEventListener("keydown", (event) => this.press(event));
    input.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // or the input would lose focus
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(Number(option.dataset.number));
    });
  }

  get isOpen() {
    return !this.list.hidden;
  }

  wait() {
    this.stopAsking();
    this.isStale = true;
    if (this.input.value.trim().length < this.source.least) {
      this.offer([]);
      this.say("");
      return;
    }
    this.timer = setTimeout(() => this.ask(), Combobox.WAIT);
  }

  async ask() {
    const asked = new AbortController();
    this.asked = asked;
    try {
      const answer = await fetch(this.source.address(this.input.value), { signal: asked.signal });
      if (!answer.ok) throw new Error(answer.status);
      const found = this.source.read(await answer.json());
      if (asked !== this.asked || document.activeElement !== this.input) return; // the answer comes too late
      this.offer(found.options);
      this.say(found.said);
    } catch (error) {
      if (error.name !== "AbortError") this.offer([]); // the form still works
    }
  }

  stopAsking() {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.asked = null;
  }

  offer(options) {
    this.options = options;
    this.isStale = false;
    this.list.replaceChildren(...options.map((option, number) => this.makeOption(option, number)));
    this.list.hidden = options.length === 0;
    this.activate(-1);
  }

  makeOption({ label, note }, number) {
    const option = Object.assign(document.createElement("li"), { id: `${this.list.id}-${number}`, className: "app-combobox__option", textContent: label });
    option.setAttribute("role", "option");
    option.dataset.number = number;
    const line = Object.assign(document.createElement("span"), { className: "app-combobox__note", textContent: note });
    option.append(" ", line); // the blank keeps label and note apart when read out
    return option;
  }

  activate(number) {
    this.active = number;
    [...this.list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === number)));
    this.input.setAttribute("aria-expanded", String(this.isOpen));
    if (number < 0) {
      this.input.removeAttribute("aria-activedescendant");
    } else {
      this.input.setAttribute("aria-activedescendant", `${this.list.id}-${number}`);
      this.list.children[number].scrollIntoView({ block: "nearest" });
    }
  }

  press(event) {
    if (event.isComposing) return; // the keys choose among the signs of a writing system
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.options.length && (this.isOpen || !this.isStale)) {
      event.preventDefault();
      this.list.hidden = false;
      const places = this.options.length + 1; // the last place is the input itself
      this.activate(((this.active + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && this.isOpen && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Escape" && this.isOpen) {
      this.close();
    }
  }

  choose(number) {
    this.close();
    this.source.choose(this.options[number], this);
  }

  close() {
    this.stopAsking();
    this.list.hidden = true;
    this.activate(-1);
  }

  // Goes to an address of this site. The reader's shortlist is in the address of the page alone, so it goes along.
  static goTo(address) {
    const target = new URL(address, window.location.href);
    const chosen = new URLSearchParams(window.location.search).getAll("shortlist");
    for (const value of chosen) target.searchParams.append("shortlist", value);
    window.location.assign(target);
  }

  say(text) {
    this.status.textContent = text;
  }
}
