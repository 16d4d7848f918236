// The tab one is on is in sight, also where they do not all fit.
document.querySelector(".tab[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
