import "graphiql/setup-workers/vite";
// Not `graphiql/style.css`: that one carries half a megabyte of fonts, and a second copy of the editor's style.
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./page.css";
import { createRoot } from "react-dom/client";
import { Page } from "./page";

const root = document.getElementById("page");
if (!root) throw new Error("index.html has no #page");
createRoot(root).render(<Page />);
