using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ActorBrowser.Transport;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Agents;

/// <summary><c>read_page</c>, <c>query_page</c>, <c>list_links</c>: one page, parsed in its own process.</summary>
internal static class PageTools
{
    private const int LongestText = 500;

    private static readonly ToolParameter Scripts = new("scripts", ValueKind.Flag, "Whether the page's own scripts run; needed where a page is empty without them.");
    private static readonly ToolParameter Reload = new("reload", ValueKind.Flag, "Load it again even if it is open from an earlier call.");
    private static readonly ToolParameter Start = new("start", ValueKind.Whole, "How many items to skip: next of the part before.") { Otherwise = 0 };
    private static readonly ToolParameter Count = new("count", ValueKind.Whole, "The most items to return.") { Least = 1, Most = QueryDocument.MostItems, Otherwise = 100 };
    private static readonly ToolField Next = new("next", ValueKind.Whole, "The start of the next part; absent if this is the last.", IsOptional: true);

    internal static AgentTool Read { get; } = new(
        "read_page", "Read a web page",
        "Loads a web page and returns its main content as Markdown, in parts of an exact size. The fastest way to read an article or documentation.",
        ReadAsync)
    {
        Parameters =
        [
            ToolParts.Url("The page"),
            ToolParts.MaxBytes,
            new("continue", ValueKind.Text, "The token from the part before, to get the next part; with the same url and whole.") { Least = 1, Most = 100 },
            new("whole", ValueKind.Flag, "The whole page, menus and footers too, instead of the main content."),
            Scripts,
            Reload,
        ],
        Fields =
        [
            new("url", ValueKind.Text, "Where the page came from, after redirects."),
            new("status", ValueKind.Whole, "The HTTP status."),
            new("title", ValueKind.Text, "The page's title."),
            new("language", ValueKind.Text, "The language that the page names; empty for none."),
            new("text", ValueKind.Text, "Markdown; at most maxBytes bytes of UTF-8."),
            new("continue", ValueKind.Text, "The token for the next part; absent if this is the last.", IsOptional: true),
            ToolParts.Notice,
        ],
        IsReadOnly = true,
        IsIdempotent = true,
        IsOpenWorld = true,
    };

    internal static AgentTool Query { get; } = new(
        "query_page", "Query a web page",
        "Finds elements of a page by a CSS selector, or takes structured values out of it by a JSON Schema whose parts have a 'selector' and, for an attribute, 'attribute'. Give exactly one of selector and schema.",
        QueryAsync)
    {
        Parameters =
        [
            ToolParts.Url("The page"),
            new("selector", ValueKind.Text, "A CSS selector.") { Least = 1, Most = QueryDocument.LongestArgument },
            new("schema", ValueKind.Text, "A JSON Schema with selectors, as a JSON text.") { Least = 2, Most = QueryDocument.LongestArgument },
            new("html", ValueKind.Flag, "Whether each element's HTML is returned, too."),
            Start, Count, ToolParts.MaxBytes, Scripts, Reload,
        ],
        Fields =
        [
            new("url", ValueKind.Text, "Where the page came from, after redirects."),
            new("total", ValueKind.Whole, "How many elements the selector finds; 1 for a schema."),
            new("items", ValueKind.Objects, "The elements, in document order.")
            {
                Of =
                [
                    new("name", ValueKind.Text, "The element's name."),
                    new("text", ValueKind.Text, "Its text, shortened."),
                    new("html", ValueKind.Text, "Its HTML, shortened.", IsOptional: true),
                ],
            },
            Next,
            new("json", ValueKind.Text, "What the schema took out of the page, as a JSON text.", IsOptional: true),
            ToolParts.Notice,
        ],
        IsReadOnly = true,
        IsIdempotent = true,
        IsOpenWorld = true,
    };

    internal static AgentTool Links { get; } = new(
        "list_links", "List a page's links",
        "Lists the links of a page with their texts, in document order. Use it to find where to go next.",
        LinksAsync)
    {
        Parameters =
        [
            ToolParts.Url("The page"),
            new("contains", ValueKind.Text, "Only links whose URL or text contains this, ignoring case.") { Least = 1, Most = 500 },
            Start, Count, ToolParts.MaxBytes, Scripts, Reload,
        ],
        Fields =
        [
            new("url", ValueKind.Text, "Where the page came from, after redirects."),
            new("total", ValueKind.Whole, "How many links there are."),
            new("links", ValueKind.Objects, "The links.") { Of = [new("url", ValueKind.Text, "The absolute URL."), new("text", ValueKind.Text, "The link's text, shortened.")] },
            Next,
            ToolParts.Notice,
        ],
        IsReadOnly = true,
        IsIdempotent = true,
        IsOpenWorld = true,
    };

    private static async Task<ToolResult> ReadAsync(ToolSession session, ToolArguments arguments, IToolProgress progress, CancellationToken cancellation)
    {
        var options = new PageTextOptions
        {
            Main = !arguments.Flag("whole"),
            Markdown = true,
            MaxBytes = ToolParts.LimitOf(session, arguments),
            Continue = arguments.TryText("continue", out var token) ? token : null,
        };
        return await UseAsync(session, arguments, progress, async (tab, page) =>
        {
            var (text, next) = await LinkedText.PartAsync(tab, options, cancellation).ConfigureAwait(false);
            var title = Foreign.Line(page.Document.Title, LongestText);
            var shown = new JsonObject
            {
                ["url"] = page.Url,
                ["status"] = page.Status,
                ["title"] = title,
                ["language"] = Foreign.Line(page.Document.Language, 50),
                ["text"] = text,
                ["notice"] = Foreign.Notice,
            };
            if (next is not null)
                shown["continue"] = next;
            var head = string.Create(CultureInfo.InvariantCulture, $"Status {page.Status}.");
            return new ToolResult($"{head}\n{Foreign.Mark("the page", $"{UrlOf(page)}\n{(title.Length > 0 ? title + "\n" : "")}\n{text}")}{(next is null ? "" : $"\nThere is more: call read_page again with continue \"{next}\".")}", shown);
        }, cancellation).ConfigureAwait(false);
    }

    private static async Task<ToolResult> QueryAsync(ToolSession session, ToolArguments arguments, IToolProgress progress, CancellationToken cancellation)
    {
        if (arguments.Has("selector") == arguments.Has("schema"))
            throw new ToolException("query_page takes either selector or schema, exactly one of them.");
        return await UseAsync(session, arguments, progress, async (tab, page) =>
        {
            var most = ToolParts.LimitOf(session, arguments);
            if (arguments.TryText("schema", out var schema))
            {
                var json = VisibleText.Json(await tab.ExtractAsync(schema, cancellation).ConfigureAwait(false));
                if (Encoding.UTF8.GetByteCount(json) is var bytes && bytes > most)
                    throw new ToolException($"The values have {bytes} bytes as JSON, and maxBytes is {most}: ask for fewer parts, or raise maxBytes (at most {session.Options.MaxResultBytes}).");
                return new ToolResult(Foreign.Mark("taken from the page", $"{UrlOf(page)}\n\n{json}"), new JsonObject
                {
                    ["url"] = page.Url,
                    ["total"] = 1,
                    ["items"] = new JsonArray(),
                    ["json"] = json,
                    ["notice"] = Foreign.Notice,
                });
            }
            var withHtml = arguments.Flag("html");
            var found = await tab.QueryAsync(QueryOf(DocumentQuery.Select, arguments) with { Argument = arguments.Text("selector") }, cancellation).ConfigureAwait(false);
            return List(page, arguments, found.Total, found.Items, "items", most, item =>
            {
                var one = new JsonObject { ["name"] = Foreign.Line(item.Name, 100), ["text"] = Foreign.Line(item.Text, withHtml ? LongestText : 4 * LongestText) };
                if (withHtml)
                    one["html"] = Foreign.Line(item.Value, 8 * LongestText);
                return (one, $"<{one["name"]}> {(withHtml ? one["html"] : one["text"])}");
            });
        }, cancellation).ConfigureAwait(false);
    }

    private static async Task<ToolResult> LinksAsync(ToolSession session, ToolArguments arguments, IToolProgress progress, CancellationToken cancellation) =>
        await UseAsync(session, arguments, progress, async (tab, page) =>
        {
            int total;
            IReadOnlyList<QueryItem> items;
            if (arguments.TryText("contains", out var part))
            {
                var all = (await tab.QueryAllAsync(new Query(DocumentQuery.Links), cancellation).ConfigureAwait(false))
                    .Where(link => link.Value.Contains(part, StringComparison.OrdinalIgnoreCase) || link.Text.Contains(part, StringComparison.OrdinalIgnoreCase)).ToArray();
                (total, items) = (all.Length, [.. all.Skip((int)arguments.Whole("start")).Take((int)arguments.Whole("count"))]);
            }
            else
            {
                var found = await tab.QueryAsync(QueryOf(DocumentQuery.Links, arguments), cancellation).ConfigureAwait(false);
                (total, items) = (found.Total, found.Items);
            }
            return List(page, arguments, total, items, "links", ToolParts.LimitOf(session, arguments), static link =>
            {
                var one = new JsonObject { ["url"] = Foreign.Line(link.Value, 2000), ["text"] = Foreign.Line(link.Text, LongestText) };
                return (one, $"{one["url"]}  {one["text"]}");
            });
        }, cancellation).ConfigureAwait(false);

    // It may be that of a redirect.
    private static string UrlOf(PageSummary page) => $"URL: {Foreign.Line(page.Url, 2000)}";

    private static Query QueryOf(DocumentQuery kind, ToolArguments arguments) => new(kind) { Start = (int)arguments.Whole("start"), Count = (int)arguments.Whole("count") };

    // As many items as fit; the rest is the next part.
    private static ToolResult List(PageSummary page, ToolArguments arguments, int total, IReadOnlyList<QueryItem> items, string name, int most, Func<QueryItem, (JsonObject Item, string Line)> show)
    {
        var start = (int)arguments.Whole("start");
        var (list, lines, bytes) = (new JsonArray(), new StringBuilder(), 0);
        foreach (var item in items)
        {
            var (one, line) = show(item);
            bytes += Encoding.UTF8.GetByteCount(line) + 1;
            if (bytes > most)
            {
                if (list.Count == 0)
                    throw new ToolException($"The next item has {bytes} bytes, and maxBytes is {most}: raise maxBytes, or skip it with start {start + 1}.");
                break;
            }
            list.Add((JsonNode)one);
            lines.Append(line).Append('\n');
        }
        var next = start + list.Count;
        var shown = new JsonObject { ["url"] = page.Url, ["total"] = total, [name] = list, ["notice"] = Foreign.Notice };
        var more = "";
        if (next < total && list.Count > 0)
        {
            shown["next"] = next;
            more = string.Create(CultureInfo.InvariantCulture, $"\nThere are more: call it again with start {next}.");
        }
        var head = string.Create(CultureInfo.InvariantCulture, $"{list.Count} of {total}, from number {start}.");
        return new ToolResult($"{head}\n{Foreign.Mark("taken from the page", $"{UrlOf(page)}\n\n{lines.ToString().TrimEnd('\n')}")}{more}", shown);
    }

    private static async Task<ToolResult> UseAsync(ToolSession session, ToolArguments arguments, IToolProgress progress, Func<TabClient, PageSummary, Task<ToolResult>> use, CancellationToken cancellation)
    {
        await progress.TellAsync(0, null, "loading the page").ConfigureAwait(false);
        return await session.Pages.UseAsync(arguments.Text("url"), arguments.Flag("scripts"), arguments.Flag("reload"), async (tab, page) =>
        {
            await progress.TellAsync(page.Bytes + 1, null, string.Create(CultureInfo.InvariantCulture, $"loaded {page.Bytes} bytes")).ConfigureAwait(false);
            return await use(tab, page).ConfigureAwait(false);
        }, cancellation).ConfigureAwait(false);
    }
}
