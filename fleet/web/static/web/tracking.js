// While a slip's page waits for the bank: looks again every ten seconds and shows what is new, where the visitor reads.
// Without a script the page loads itself anew instead.
"use strict";
(() => {
  const EVERY_MS = 10000;

  const look = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(location.href, { cache: "no-store" });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const [shown, said] = [document, page].map((each) => each.querySelector("#track"));
        if (answer.ok && said) {
          if (shown.innerHTML !== said.innerHTML) shown.replaceChildren(...said.childNodes);
          if (!("waits" in said.dataset)) return;
        }
      } catch {
        // No network just now: the next look tells.
      }
    }
    setTimeout(look, EVERY_MS);
  };

  setTimeout(look, EVERY_MS);
})();
