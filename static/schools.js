// Offers schools while one types into an <input data-school-search>, as a combobox (ARIA 1.2). Without it the input is
// part of an ordinary form. The attribute says what a choice does: "fill" puts the URN into the input, any other value
// is an address that is gone to with the URN behind it.
"use strict";

const WAIT = 200; // milliseconds after the last key, so that a word is one question and not five
const LEAST = 2; // letters; one alone fits most schools
const OFFERED = 8;

class SchoolSearch {
  constructor(input, number) {
    this.input = input;
    this.list = Object.assign(document.createElement("ul"), { id: `schools-${number}`, className: "app-combobox__list", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Schools");
    this.status = Object.assign(document.createElement("div"), { className: "govuk-visually-hidden" });
    this.status.setAttribute("role", "status");
    input.type = "text"; // a search field may not be a combobox
    const box = Object.assign(document.createElement("div"), { className: "app-combobox" });
    input.before(box);
    box.append(input, this.list, this.status);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id, autocomplete: "off",
    })) input.setAttribute(name, value);
    this.schools = [];
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
    clearTimeout(this.timer);
    this.asked?.abort();
    if (this.input.value.trim().length < LEAST) {
      this.close();
      this.say("");
      return;
    }
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    this.asked = new AbortController();
    const query = new URLSearchParams({ q: this.input.value, limit: OFFERED });
    try {
      const answer = await fetch(`/api/v1/schools?${query}`, { signal: this.asked.signal });
      if (!answer.ok) throw new Error(answer.status);
      const found = await answer.json();
      if (document.activeElement === this.input) this.offer(found);
    } catch (error) {
      if (error.name !== "AbortError") this.close(); // the form still works
    }
  }

  offer(found) {
    this.schools = found.schools;
    this.list.replaceChildren(...this.schools.map((school, number) => this.makeOption(school, number)));
    this.list.hidden = this.schools.length === 0;
    this.activate(-1);
    const more = found.total > this.schools.length ? `, the first ${this.schools.length} are listed` : "";
    this.say(found.total === 0 ? "No school found" : `${found.total} ${found.total === 1 ? "school" : "schools"} found${more}`);
  }

  makeOption(school, number) {
    const option = Object.assign(document.createElement("li"), { id: `${this.list.id}-${number}`, className: "app-combobox__option", textContent: school.name });
    option.setAttribute("role", "option");
    option.dataset.number = number;
    const places = [...new Set([school.town, school.la_name].filter(Boolean)), school.phase === "Not applicable" ? null : school.phase];
    const replaced = school.successor ? ["replaced, or to be replaced"] : [];
    const place = document.createElement("span");
    place.className = "app-combobox__place";
    place.textContent = [...places.filter(Boolean), ...replaced, school.urn].join(", ");
    option.append(" ", place); // the blank keeps name and place apart when read out
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
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.schools.length) {
      event.preventDefault();
      this.list.hidden = false;
      const places = this.schools.length + 1; // the last place is the input itself
      this.activate(((this.active + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && this.isOpen && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Escape" && this.isOpen) {
      this.close();
    }
  }

  choose(number) {
    const school = this.schools[number];
    const target = this.input.dataset.schoolSearch;
    this.close();
    if (target === "fill") {
      this.input.value = school.urn;
      this.say(`${school.name} chosen`);
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
    } else {
      window.location.assign((target || "/schools/") + school.urn);
    }
  }

  close() {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.list.hidden = true;
    this.activate(-1);
  }

  say(text) {
    this.status.textContent = text;
  }
}

document.querySelectorAll("input[data-school-search]").forEach((input, number) => new SchoolSearch(input, number));
