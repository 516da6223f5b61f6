// Offers records, terms and places while one types into an <input data-suggest>; a choice goes there. Without it, and
// without a choice, the input's form is an ordinary search.
"use strict";

const SUGGESTIONS = {
  label: "Suggestions",
  least: 2, // letters; one alone fits too much
  kinds: { funding: "Funding", "case-study": "Case study", need: "What you need", guide: "Guide", place: "Place" },

  address: (text) => `/api/v1/suggest?${new URLSearchParams({ q: text })}`,

  read({ suggestions }) {
    const count = suggestions.length;
    return {
      options: suggestions.map(({ kind, label, note, url }) => ({ label, note: `${SUGGESTIONS.kinds[kind]}: ${note}`, url })),
      said: count === 0 ? "No suggestions" : `${count} ${count === 1 ? "suggestion" : "suggestions"}`,
    };
  },

  choose: ({ url }) => Combobox.goTo(url),
};

document.querySelectorAll("input[data-suggest]").forEach((input, number) => new Combobox(input, `suggestions-${number}`, SUGGESTIONS));
