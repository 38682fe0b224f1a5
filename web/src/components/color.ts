/**
 * Returns a colour of the theme in a form that a canvas accepts. The value of `light-dark()` is computed by setting
 * it on an element.
 */
export function colorOf(beside: HTMLElement, variable: `--${string}`): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${variable})`;
  (beside.parentElement ?? document.body).append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
