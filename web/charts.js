// The chart of the figures page: lines through the years, or bars of bodies side by side. The table beside it has it all.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

const place = document.getElementById("chart");
const data = place && JSON.parse(document.getElementById("chart-data").textContent);

if (data?.years.length) {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const size = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  place.hidden = false;
  const chart = init(place, null, { renderer: "svg" });
  let kind = data.years.length > 1 ? "line" : "bar";

  const draw = () => {
    const text = { color: colour("--ink"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 0.8 * size() };
    const axis = { axisLabel: text, axisLine: { lineStyle: { color: colour("--line") } }, splitLine: { lineStyle: { color: colour("--line") } }, nameTextStyle: text };
    chart.setOption({
      animation: !still.matches,
      aria: { enabled: true, label: { description: `${data.name}，${data.lines.length} 个机关，${data.years[0]} 至 ${data.years.at(-1)} 年；数据见下表` }, decal: { show: kind === "bar" } },
      color: ["#b3261e", "#1f5fae", "#2e7d4f", "#b26a00", "#6b4aa0", "#00838f", "#ad3b77", "#5d6b1f", "#7a4b2a", "#4a6572", "#9a2f5d", "#3f51b5"],
      // Rich text and not HTML: the policy of this site lets no style be written into markup.
      tooltip: { trigger: "axis", renderMode: "richText", confine: true, textStyle: { ...text, color: colour("--ink") }, backgroundColor: colour("--paper"), borderColor: colour("--line"), valueFormatter: (value) => (value == null ? "—" : `${value.toLocaleString("zh-CN")} ${data.unit}`) },
      legend: { type: "scroll", top: 0, itemGap: size(), textStyle: text, pageTextStyle: text, pageIconColor: colour("--ink") },
      grid: { left: 8, right: 16, top: 4 * size(), bottom: 8, containLabel: true },
      xAxis: { type: "category", data: data.years.map(String), ...axis },
      yAxis: { type: "value", name: data.unit, ...axis },
      series: data.lines.map((line, number) => ({ name: line.name, type: kind, data: line.values, connectNulls: false, symbolSize: 8, showAllSymbol: true, symbol: ["circle", "rect", "triangle", "diamond"][number % 4], label: { show: false } })),
    }, true);
  };

  const bar = document.createElement("p");
  bar.className = "kinds";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "图的样式");
  for (const [name, label] of [["line", "折线图"], ["bar", "柱状图"]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.setAttribute("aria-pressed", String(kind === name));
    button.addEventListener("click", () => {
      kind = name;
      for (const other of bar.children) other.setAttribute("aria-pressed", String(other === button));
      draw();
    });
    bar.append(button);
  }
  place.before(bar);
  draw();
  new ResizeObserver(() => chart.resize()).observe(place);
  for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) matchMedia(query).addEventListener("change", draw);
}
