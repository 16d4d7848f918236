// [data-chart="<table id>"]: a column of that table as bars by day. The table is the data, so both always say the same.
const SIDE = 48;
const DAYS = [1, 2, 3, 7, 14, 28].map((days) => days * 86_400); // between two dates below; a bar is a day
const drawn = [];

function points(figure) {
  const table = document.getElementById(figure.dataset.chart);
  const rows = [...table.querySelectorAll("tr[data-at]")].reverse(); // the table has the newest first
  return [
    rows.map((row) => Date.parse(row.dataset.at) / 1000),
    rows.map((row) => Number(row.querySelector(`[data-series="${figure.dataset.series}"]`).dataset.value)),
  ];
}

function axes(locale, ink) {
  const short = new Intl.NumberFormat(locale, { notation: "compact" });
  const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const line = { stroke: ink.line, width: 1 };
  return [
    { stroke: ink.text, font, grid: { show: false }, ticks: { show: false }, space: 72, size: 28, incrs: DAYS, values: (_, days) => days.map((at) => day.format(at * 1000)) },
    { stroke: ink.text, font, grid: line, ticks: { show: false }, size: SIDE, incrs: whole(), values: (_, values) => values.map((value) => short.format(value)) },
  ];
}

/** Steps of 1, 2 and 5: nobody uses half a credit. */
function whole() {
  return Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();
}

/** Colours are asked for at every drawing, so a change of theme needs no more than another one. */
function inks(figure) {
  const colour = (name) => () => getComputedStyle(figure.querySelector(`[data-ink="${name}"]`)).color;
  return { bar: colour("bar"), text: colour("text"), line: colour("line") };
}

function reading(figure, locale, data) {
  const told = figure.querySelector("[data-chart-reading]");
  const number = new Intl.NumberFormat(locale);
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  return (chart) => {
    const at = chart.cursor.idx;
    told.textContent = at == null ? told.dataset.chartReading : `${date.format(data[0][at] * 1000)}: ${number.format(data[1][at])}`;
  };
}

function draw(figure) {
  const place = figure.querySelector("[data-chart-plot]");
  const locale = document.documentElement.lang;
  const data = points(figure);
  const ink = inks(figure);
  const half = 43_200;
  const chart = new uPlot({
    width: place.clientWidth,
    height: place.clientHeight,
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { range: () => [data[0][0] - half, data[0].at(-1) + half] }, // uPlot's own makes years of a single day
      y: { range: (_, __, most) => [0, Math.max(4, most * 1.05)] },
    },
    series: [{}, { fill: ink.bar, width: 0, paths: uPlot.paths.bars({ size: [0.7, 36], radius: 0.15 }), points: { show: false } }],
    axes: axes(locale, ink),
    hooks: { setCursor: [reading(figure, locale, data)] },
  }, data, place);
  new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: place.clientHeight })).observe(place);
  drawn.push(chart);
}

const again = () => drawn.forEach((chart) => chart.redraw());
document.querySelectorAll("[data-chart]").forEach(draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme"] });
