/** A colour of the theme as a canvas takes it: `light-dark()` is worked out by letting an element wear it. */
export function colorOf(beside: HTMLElement, variable: `--${string}`): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${variable})`;
  (beside.parentElement ?? document.body).append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
