// Sorts tables inside .sortable when one of their headings is pressed: numbers by value, everything else as text.
const MEASURED = /^(at (least|most) )?[\d-]/;

function number(text) {
  const found = text.replaceAll(",", "").match(/-?\d+(\.\d+)?/);
  return found ? Number(found[0]) : null;
}

function compare(a, b) {
  if (!a || a === "–") return 1;
  if (!b || b === "–") return -1;
  const [x, y] = [number(a), number(b)];
  return MEASURED.test(a) && MEASURED.test(b) && x !== y ? x - y : a.localeCompare(b, "en", { numeric: true });
}

function sortBy(table, column, heading) {
  const down = heading.getAttribute("aria-sort") === "ascending";
  const rows = [...table.tBodies[0].rows];
  const text = (row) => row.cells[column].textContent.trim();
  rows.sort((a, b) => compare(text(a), text(b)) * (down && text(a) !== "–" && text(b) !== "–" ? -1 : 1));
  table.tBodies[0].append(...rows);
  table.querySelectorAll("th").forEach((each) => each.removeAttribute("aria-sort"));
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
}

for (const table of document.querySelectorAll(".sortable table")) {
  table.querySelectorAll("th").forEach((heading, column) => {
    const button = document.createElement("button");
    button.textContent = heading.textContent;
    button.addEventListener("click", () => sortBy(table, column, heading));
    heading.replaceChildren(button);
  });
}
