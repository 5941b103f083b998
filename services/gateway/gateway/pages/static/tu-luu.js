// A field may have changed before htmx was there: on a slow line, or because the browser put back what was typed.
const sent = select => [...select.options].find(option => option.defaultSelected) ?? select.options[0];
const changed = field => field.options ? !sent(field).selected
  : "defaultValue" in field && field.value !== field.defaultValue;

document.addEventListener("htmx:after:init", ({target}) => {
  if ([...target.elements ?? []].some(changed)) target.dispatchEvent(new Event("change"));
});

// A save that is under way must not reach the house after the one that its writer presses for: older words would stand.
const PATIENCE = 5000;
let saving = 0, held = null;
const letGo = () => {
  if (!held) return;
  const {form, button, limit} = held;
  held = null;
  clearTimeout(limit);
  form.requestSubmit(button);
};

// The stream that tells who else is writing is no save: it stands outside the form.
const saves = ({target}) => target instanceof Element && target.closest("form");
document.addEventListener("htmx:before:request", event => { if (saves(event)) saving += 1; });
document.addEventListener("htmx:finally:request", event => {
  if (!saves(event)) return;
  saving -= 1;
  if (!saving) letGo();
});
document.addEventListener("submit", event => {
  if (!saving) return;
  event.preventDefault();
  clearTimeout(held?.limit);
  held = {form: event.target, button: event.submitter, limit: setTimeout(() => { saving = 0; letGo(); }, PATIENCE)};
});
