// J and K go through what waits on a page, Enter opens it; who does not want single keys switches them off for good.
const OFF = "tat-phim";
const rows = [...document.querySelectorAll("[data-hang]")];
const isOff = () => localStorage.getItem(OFF) === "1";

for (const told of document.querySelectorAll(".phim")) {
  const button = told.querySelector("[data-tat-phim]");
  const say = () => { button.textContent = isOff() ? "Bật phím tắt" : "Tắt phím tắt"; };
  button.addEventListener("click", () => { localStorage.setItem(OFF, isOff() ? "0" : "1"); say(); });
  told.hidden = false;
  say();
}

document.addEventListener("keydown", event => {
  if (isOff() || event.ctrlKey || event.metaKey || event.altKey || !rows.length) return;
  if (event.target.closest("input:not([type=radio]):not([type=checkbox]), select, textarea")) return;
  const here = rows.findIndex(row => row.contains(document.activeElement));
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    const next = rows[Math.min(rows.length - 1, Math.max(0, here + (key === "j" ? 1 : -1)))];
    next.focus();
    next.scrollIntoView({block: "nearest"});
    event.preventDefault();
  } else if (event.key === "Enter" && document.activeElement === rows[here]) {
    rows[here].querySelector("a")?.click();
  }
});
