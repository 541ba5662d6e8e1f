// What a person would see wrong with the page that is open: text cut off, text over text, a table over the edge
// of its card, words of the other language.
// Returns {clipped: [...], overlapping: [...], words: [...]}; evaluated by tests/e2e/pages.py.
(language) => {
  const style = new Map();
  const styled = (element) => {
    if (!style.has(element)) style.set(element, getComputedStyle(element));
    return style.get(element);
  };
  const named = (element) => {
    const id = element.id ? `#${element.id}` : "";
    const classes = typeof element.className === "string" && element.className ? `.${element.className.trim().split(/\s+/).join(".")}` : "";
    return `${element.tagName.toLowerCase()}${id}${classes}`;
  };
  const isShown = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  // Text that only screen readers get is a pixel wide; text that floats above the page may stand over what scrolls.
  const isForEyes = (element) => {
    if (element.closest(".hidden")) return false;
    for (let each = element; each; each = each.parentElement) {
      const box = each.getBoundingClientRect();
      if (styled(each).overflow !== "visible" && (box.width <= 1 || box.height <= 1)) return false;
      if (styled(each).clipPath !== "none" && box.width <= 1) return false;
    }
    return true;
  };
  const floats = (element) => {
    for (let each = element; each; each = each.parentElement)
      if (["fixed", "sticky", "absolute"].includes(styled(each).position)) return true;
    return false;
  };
  // Null: nothing cuts it. "meant": a line that ends in … by its style, or what scrolls. Otherwise the element that cuts.
  const cutBy = (element, box) => {
    for (let each = element; each && each !== document.body; each = each.parentElement) {
      const { overflowX, overflowY, textOverflow, webkitLineClamp } = styled(each);
      if (/auto|scroll/.test(overflowX + overflowY)) return "meant";
      const outer = each.getBoundingClientRect();
      const hidden = /hidden|clip/;
      const isOut =
        (hidden.test(overflowX) && (box.right > outer.right + 1.5 || box.left < outer.left - 1.5)) ||
        (hidden.test(overflowY) && (box.top + box.height * 0.25 < outer.top || box.bottom - box.height * 0.25 > outer.bottom));
      if (isOut) return textOverflow === "ellipsis" || webkitLineClamp !== "none" ? "meant" : each;
    }
    return null;
  };
  const pieces = [], clipped = new Set(), words = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const strange = language === "en" ? /[\u0E01-\u0E5B]/ : /[A-Za-z]{3,}/;
  const speaks = (element) => (element.closest("[lang]")?.lang || "").slice(0, 2);
  const isCode = (element) => element.closest("code, kbd, samp, pre, [data-verbatim]") !== null;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim(), element = node.parentElement;
    if (!text || element.closest("script, style, noscript, template, option") || !isShown(element)) continue;
    if (speaks(element) === language && !isCode(element) && strange.test(text)) words.add(text);
    if (!isForEyes(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 1 || box.height < 1) continue;
      const by = cutBy(element, box);
      if (by && by !== "meant") clipped.add(`“${text.slice(0, 40)}” by ${named(by)}`);
      // The middle half of a line: the room above and below it that fonts ask for may well be shared.
      if (!by && !floats(element))
        pieces.push({ element, text, left: box.left, right: box.right, top: box.top + box.height / 4, bottom: box.bottom - box.height / 4 });
    }
  }
  for (const element of document.querySelectorAll("button, .btn, .pill, th")) {
    if (isShown(element) && isForEyes(element) && element.scrollWidth > element.clientWidth + 2 && element.clientWidth > 0)
      clipped.add(`“${element.textContent.trim().slice(0, 40)}” runs out of ${named(element)}`);
  }
  for (const table of document.querySelectorAll("table")) {
    const outer = table.parentElement, within = outer.getBoundingClientRect();
    const { paddingRight, borderRightWidth } = styled(outer);
    const box = table.getBoundingClientRect();
    const isOut = box.right > within.right - parseFloat(paddingRight) - parseFloat(borderRightWidth) + 1.5;
    if (isShown(table) && isForEyes(table) && isOut && cutBy(table, box) !== "meant") clipped.add(`${named(table)} runs out of ${named(outer)}`);
  }
  for (const element of document.querySelectorAll("[aria-label], [placeholder], [title], [alt]")) {
    if (!isShown(element) || speaks(element) !== language) continue;
    for (const name of ["aria-label", "placeholder", "title", "alt"]) {
      const text = element.getAttribute(name);
      if (text && strange.test(text)) words.add(text);
    }
  }
  pieces.sort((one, other) => one.top - other.top);
  const overlapping = new Set();
  for (let one = 0; one < pieces.length; one++) {
    for (let other = one + 1; other < pieces.length && pieces[other].top < pieces[one].bottom - 1; other++) {
      const a = pieces[one], b = pieces[other];
      if (a.element === b.element) continue;
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - b.top > 1)
        overlapping.add(`“${a.text.slice(0, 30)}” and “${b.text.slice(0, 30)}” in ${named(b.element)}`);
    }
  }
  return { clipped: [...clipped], overlapping: [...overlapping], words: [...words] };
};
