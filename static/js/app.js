// Each behaviour listens on the document for its own data- attributes, so fragments swapped in later are covered too.
import "./theme.js";
import "./menu.js";
import "./dialog.js";
import "./toast.js";
import "./copy.js";
import "./busy.js";
import "./disclosure.js";
import "./relative-time.js";
import "./palette.js";
import "./tabs.js";
import "./dropzone.js";
