import { defineConfig } from "vite";

/**
 * Builds the page. The daemon serves it under a policy that allows no inline script and no inline style, so nothing may
 * be inlined: assets are files, their names carry their hash, and a lazy part (the chart) is a file of its own.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2023",
    cssTarget: "chrome123",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
