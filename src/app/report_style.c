/* report_style: how the page looks: the themes' colours as they are, so that what
 * tests say of their contrast holds here; paper is what they were checked on. */
#include "config.h"

#include "app/report.h"
#include "app/report_markup.h"

static void put_colours(struct buf *out, const struct theme *theme)
{
    const bool light = theme->kind[0] == 'l';
    uint32_t paper = theme->paints ? theme->background : light ? 0xffffff : 0x14171c;
    uint32_t card = theme->paints || light ? paper : 0x1a1e25;

    (void)buf_print(out, "--paper:#%06x;--card:#%06x", (unsigned)paper, (unsigned)card);
    for (int i = 0; i < DX_ROLE_COUNT; i++)
        (void)buf_print(out, ";--%s:#%06x", role_name((enum dx_role)i),
                        (unsigned)theme->role[i].rgb);
    /* A frame is quieter than a mark of its colour. */
    (void)buf_print(out, ";--line:#%06x66", (unsigned)theme->role[DX_ROLE_BORDER].rgb);
}

static const char page[] =
    "*{box-sizing:border-box}\n"
    "html{-webkit-text-size-adjust:100%}\n"
    "body{margin:0;background:var(--paper);color:var(--text);font:.9375rem/1.5 "
    "system-ui,-apple-system,"
    "'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif;font-variant-numeric:tabular-nums}\n"
    "header,main,footer{max-width:70rem;margin:0 auto;padding:0 1.5rem}\n"
    "header{padding-top:2.5rem}\n"
    "h1{margin:0;font-size:1.9rem;line-height:1.2;font-weight:650;color:var(--title);"
    "overflow-wrap:anywhere}\n"
    "h2{margin:2.75rem 0 .25rem;font-size:1.2rem;font-weight:650;color:var(--title)}\n"
    "h2+p{margin-top:0}\n"
    "h3{margin:0;font-size:.95rem;font-weight:600;color:var(--title);overflow-wrap:anywhere}\n"
    "p{margin:.35rem 0}\n"
    ".dim,small,header p,h2+p,caption,figcaption,footer{color:var(--dim)}\n"
    "small{font-size:.8em;font-weight:400}\n";

static const char summary[] =
    ".short{margin:1.5rem 0 0;padding:0;list-style:none;border-top:1px solid var(--line)}\n"
    ".short li{display:flex;gap:.75rem;padding:.38rem 0;border-bottom:1px solid var(--line);"
    "overflow-wrap:anywhere}\n"
    ".chip{flex:none;align-self:flex-start;min-width:1.6em;padding:0 .4em;border-radius:3px;"
    "text-align:center;"
    "font-weight:650;color:var(--dim)}\n"
    ".chip.bad{background:var(--bad);color:var(--paper)}\n"
    ".chip.warn{color:var(--warn)}.chip.good{color:var(--good)}\n"
    ".unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);"
    "white-space:nowrap}\n";

static const char tiles[] =
    ".tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(14.5rem,1fr));gap:.75rem;"
    "margin-top:.75rem}\n"
    ".tile{display:flex;flex-direction:column;padding:.8rem 1rem .7rem;background:var(--card);"
    "border:1px solid "
    "var(--line);border-left:3px solid var(--line);border-radius:6px;min-width:0}\n"
    ".tile.warn{border-left-color:var(--warn)}.tile.bad{border-left-color:var(--bad)}\n"
    ".tile h3{display:flex;gap:.5em;align-items:baseline}\n"
    ".tile h3 small{margin-left:auto;flex:none}\n"
    ".tile .value{margin:.15rem 0 0;font-size:1.65rem;line-height:1.25;font-weight:650}\n"
    ".tile .value small{font-size:.6em;color:var(--dim)}\n"
    ".tile.warn .value b{color:var(--warn)}.tile.bad .value b{color:var(--bad)}\n"
    "b{font-weight:inherit}\n"
    ".row{display:flex;justify-content:space-between;gap:1rem;font-size:.87rem;color:var(--dim)}\n"
    ".worse{color:var(--text)}\n"
    ".tile figure{margin-top:auto;padding-top:.5rem}.tile .chart{height:3rem}\n"
    ".tile .more{margin:.45rem 0 0;font-size:.8rem;color:var(--dim)}\n"
    ".mark{font-weight:650;color:var(--dim)}.mark.good{color:var(--good)}"
    ".mark.warn{color:var(--warn)}.mark.bad{color:var(--bad)}\n";

static const char charts[] =
    "figure{margin:0}\n"
    ".chart{display:block;width:100%;height:6rem;overflow:hidden}\n"
    "path,line{vector-effect:non-scaling-stroke}\n"
    ".quiet{fill:var(--series-1)}.other{fill:var(--series-2)}\n"
    "path.warn,rect.warn{fill:var(--warn)}path.bad,rect.bad{fill:var(--bad)}\n"
    ".ghost{fill:none;stroke:var(--dim);stroke-width:1.25;stroke-linejoin:round;opacity:.8}\n"
    ".goal{stroke:var(--dim);stroke-width:1;stroke-dasharray:1 3}\n"
    ".day{stroke:var(--line);stroke-width:1}\n"
    ".whisker{stroke:var(--border);stroke-width:1.5}\n"
    ".gauge{display:block;width:100%;min-width:4rem;height:.6rem}\n"
    ".days{display:flex;margin-top:.15rem;font-size:.78rem;color:var(--dim)}\n"
    ".days span{flex:1;text-align:center;white-space:nowrap;overflow:hidden}\n"
    ".figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(20rem,1fr));"
    "gap:1.25rem 1.5rem;"
    "margin:.75rem 0 1rem}\n"
    ".plot{position:relative;margin-right:3.2rem;border-bottom:1px solid var(--border)}\n"
    ".plot span{position:absolute;left:100%;margin-left:.4rem;font-size:.78rem;line-height:1;"
    "transform:translateY(-50%);white-space:nowrap;color:var(--dim)}\n"
    ".plot+.days{margin-right:3.2rem}\n"
    ".key{display:inline-block;width:.7em;height:.7em;margin-right:.35em;border-radius:2px}\n"
    ".key.quiet{background:var(--series-1)}.key.other{background:var(--series-2)}\n"
    ".key.line{height:2px;vertical-align:middle;background:var(--dim)}\n"
    ".lane .chart{height:2rem}.lane .plot{margin-right:0}.lane .days{margin-right:0}\n";

static const char tables[] =
    ".wide{overflow-x:auto}\n"
    "table{width:100%;margin:.5rem 0 0;border-collapse:collapse;font-size:.9rem}\n"
    "caption{text-align:left;font-size:.85rem;padding:.25rem 0}\n"
    "th{padding:.3rem .6rem;text-align:left;vertical-align:bottom;font-size:.75rem;"
    "font-weight:600;letter-spacing:.04em;text-transform:uppercase;color:var(--dim);"
    "border-bottom:1px solid var(--line)}\n"
    "td{padding:.28rem .6rem;vertical-align:top}\n"
    "tbody th{padding:.28rem "
    ".6rem;vertical-align:top;font-size:inherit;letter-spacing:0;text-transform:none;"
    "font-weight:400;color:var(--text);border:0;overflow-wrap:anywhere;min-width:9rem}\n"
    "td small,tbody th small{color:var(--dim)}\n"
    ".n{text-align:right;white-space:nowrap}\n"
    "td.text{overflow-wrap:anywhere;min-width:9rem}\n"
    "td.warn b{color:var(--warn)}td.bad b{color:var(--bad);font-weight:600}\n"
    "td.bar{width:16%;min-width:6rem;padding-top:.72rem}\n"
    "td.text "
    "span{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}\n"
    "th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}\n"
    "dl{margin:.75rem 0 0;columns:2;column-gap:2.5rem;font-size:.87rem}\n"
    "dl div{break-inside:avoid;padding-bottom:.7rem}\n"
    "dt{font-weight:600;color:var(--title)}dd{margin:0;color:var(--dim)}\n"
    "footer{margin-top:3rem;padding-bottom:3rem;font-size:.85rem}\n"
    "footer p{padding-top:.75rem;border-top:1px solid var(--line)}\n";

static const char narrow[] =
    "@media (max-width:40rem){header,main,footer{padding-left:1rem;padding-right:1rem}"
    "header{padding-top:1.25rem}h1{font-size:1.5rem}dl{columns:1}"
    ".tiles{grid-template-columns:repeat(auto-fill,minmax(10.5rem,1fr));gap:.5rem}"
    ".tile{padding:.6rem .7rem .5rem}.tile .value{font-size:1.35rem}"
    ".figures{grid-template-columns:1fr}td.bar,th.bar,td.less,th.less{display:none}th.n{white-"
    "space:normal}"
    "tbody th,td.text{min-width:7rem}}\n";

/* On paper it is light, and nothing is cut in two that can be kept whole. */
static const char print[] =
    "@page{margin:14mm 13mm}\n"
    "@media print{html{font-size:11px}body{-webkit-print-color-adjust:exact;"
    "print-color-adjust:exact}header,main,footer{max-width:none;padding:0}header{padding-top:0}"
    "h2{margin-top:1.6rem;break-after:avoid}h2+p{break-inside:avoid;break-after:avoid}"
    ".tile,figure,tr,.short li,.wide{break-inside:avoid}thead{display:table-header-group}"
    ".tiles{grid-template-columns:repeat(4,1fr)}.tile .value{font-size:1.4rem}"
    ".figures{grid-template-columns:repeat(3,1fr)}.wide{overflow:visible}"
    ".part{break-before:page}}\n";

void report_style(struct buf *out, const struct report_themes *themes)
{
    (void)buf_text(out, "<style>\n:root{color-scheme:light dark;");
    put_colours(out, &themes->light);
    (void)buf_text(out, "}\n@media screen and (prefers-color-scheme:dark){:root{");
    put_colours(out, &themes->dark);
    (void)buf_text(out, "}}\n");
    (void)buf_text(out, page);
    (void)buf_text(out, summary);
    (void)buf_text(out, tiles);
    (void)buf_text(out, charts);
    (void)buf_text(out, tables);
    (void)buf_text(out, narrow);
    (void)buf_text(out, print);
    (void)buf_text(out, "</style>\n");
}
