"""The queries room: the questions the product answers, over one generation. No Flask, no SQL, no Whoosh."""
