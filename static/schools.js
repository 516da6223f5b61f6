// Offers schools while one types into an <input data-school-search>. Without it the input is part of an ordinary form.
// The attribute says what a choice does: "fill" puts the URN into the input, any other value is an address that is gone
// to with the URN behind it.
"use strict";

const SCHOOLS = {
  label: "Schools",
  least: 2, // letters; one alone fits most schools

  address: (text) => `/api/v1/schools?${new URLSearchParams({ q: text, limit: 8 })}`,

  read({ total, schools }) {
    const more = total > schools.length ? `, the first ${schools.length} are listed` : "";
    return {
      options: schools.map((school) => ({ label: school.name, note: SCHOOLS.note(school), urn: school.urn })),
      said: total === 0 ? "No school found" : `${total} ${total === 1 ? "school" : "schools"} found${more}`,
    };
  },

  note(school) {
    const places = [...new Set([school.town, school.la_name]), school.phase === "Not applicable" ? null : school.phase];
    return [...places, school.successor ? "replaced, or to be replaced" : null, school.urn].filter(Boolean).join(", ");
  },

  choose(school, box) {
    const target = box.input.dataset.schoolSearch;
    if (target === "fill") {
      box.input.value = school.urn;
      box.say(`${school.label} chosen`);
      box.input.dispatchEvent(new Event("change", { bubbles: true }));
    } else {
      Combobox.goTo((target || "/schools/") + school.urn);
    }
  },
};

document.querySelectorAll("input[data-school-search]").forEach((input, number) => new Combobox(input, `schools-${number}`, SCHOOLS));
