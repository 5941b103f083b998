// A field may have changed before htmx was there: on a slow line, or because the browser put back what was typed.
const changed = field =>
  field.options ? [...field.options].some(option => option.selected !== option.defaultSelected)
    : "defaultValue" in field && field.value !== field.defaultValue;

document.addEventListener("htmx:after:init", ({target}) => {
  if ([...target.elements ?? []].some(changed)) target.dispatchEvent(new Event("change"));
});
