import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";

const { API_URL = "http://127.0.0.1:8000" } = loadEnv("", ".", "API_");

// Everything is bundled, the editor's workers too: the page must work where there is no internet.
export default defineConfig({
  root: "graphiql",
  base: "/graphiql/",
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // A script or a font inside a page's text would need a weaker Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
    // React's compiler leaves notes in its output that mean nothing to a bundler.
    rolldownOptions: {
      onLog: (level, log, print) => log.code === "MODULE_LEVEL_DIRECTIVE" || print(level, log),
    },
  },
  worker: { format: "es" },
  server: { proxy: { "/graphql": { target: API_URL, ws: true } } },
});
