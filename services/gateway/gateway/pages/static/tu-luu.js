// A field may have changed before htmx was there: on a slow line, or because the browser put back what was typed.
const sent = select => [...select.options].find(option => option.defaultSelected) ?? select.options[0];
const changed = field => field.options ? !sent(field).selected
  : "defaultValue" in field && field.value !== field.defaultValue;

document.addEventListener("htmx:after:init", ({target}) => {
  if ([...target.elements ?? []].some(changed)) target.dispatchEvent(new Event("change"));
});
