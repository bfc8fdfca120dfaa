using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorBrowser.Transport;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Cli;

/// <summary><c>browse URL</c>: one page, parsed by a renderer, for humans or programs.</summary>
internal static class BrowseCommand
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static Command Create()
    {
        var url = new Argument<string>("URL") { Description = "an http or https URL" };
        var text = Options.Flag("print only the readable text", "--text");
        var json = Options.Flag("print everything about the page as one JSON object", "--json");
        var links = Options.Flag("print the links, one per line: URL, tab, text", "--links");
        var images = new Option<string?>("--images") { Description = "decode the page's images and write them as PNG into this folder", HelpName = "DIR" };
        var query = new Option<string?>("--query") { Description = "print the elements that a CSS selector finds, one per line", HelpName = "SELECTOR" };
        var proxy = new Option<string?>("--socks") { Description = "send every request through a SOCKS5 proxy, with a user name for this tab", HelpName = "HOST:PORT" };
        var reading = new BrowseReading();
        var command = new Command("browse", "Fetches a page, parses it in a sandboxed renderer, and shows it as text.") { url, text, json, links, images, query, proxy };
        reading.AddTo(command);
        var acting = new BrowseActing();
        acting.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetValue(url)!, parsed.GetValue(text), parsed.GetValue(json), parsed.GetValue(links), parsed.GetValue(images), parsed.GetValue(query), parsed.GetValue(proxy), reading.Of(parsed), acting.Of(parsed), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string url, bool textOnly, bool json, bool links, string? images, string? query, string? proxy, BrowseReading.Wanted wanted, BrowseActing.Wanted acts, CancellationToken cancellation)
    {
        if (!TryIdentity(proxy, out var identity))
            throw new UsageException($"--socks takes HOST:PORT, not '{proxy}'.");
        acts.Prepare(identity);
        var schema = await wanted.ReadSchemaAsync(cancellation).ConfigureAwait(false);
        await using var browser = await CliBrowser.StartAsync(cancellation).ConfigureAwait(false);
        var tab = await BrowserClient.For(browser.Browser).OpenTabAsync(new OpenTab { Identity = identity, Downloads = acts.Downloads, Scripts = wanted.Scripts ? PageScripts.Page : null }, cancellation).ConfigureAwait(false);
        await using var closing = tab.ConfigureAwait(false);
        try
        {
            var page = await acts.RunAsync(tab, await tab.NavigateAsync(url, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            if (page.Scripts is { } ended && (ended.Failed > 0 || ended.OverBudget))
                await Complaint.WriteAsync(Say(ended)).ConfigureAwait(false);
            if (wanted.Code is { } script)
                await Console.Out.WriteLineAsync(VisibleText.Json(await tab.EvaluateAsync(script, cancellation: cancellation).ConfigureAwait(false))).ConfigureAwait(false);
            else if (schema is not null)
                await Console.Out.WriteLineAsync(VisibleText.Json(await tab.ExtractAsync(schema, cancellation).ConfigureAwait(false))).ConfigureAwait(false);
            else if (wanted.Outline)
                await PrintAsync(await tab.OutlineAsync(cancellation).ConfigureAwait(false), static heading => $"{heading.Level}\t{VisibleText.Line(heading.Text)}\t{VisibleText.Line(heading.Anchor.Length > 0 ? $"#{heading.Anchor}" : "")}").ConfigureAwait(false);
            else if (query is not null)
                await PrintAsync(await tab.QueryAllAsync(new Query(DocumentQuery.Select) { Argument = query }, cancellation).ConfigureAwait(false), static item => VisibleText.Line(item.Value)).ConfigureAwait(false);
            else if (links)
                await PrintAsync(await tab.QueryAllAsync(new Query(DocumentQuery.Links), cancellation).ConfigureAwait(false), static item => $"{VisibleText.Line(item.Value)}\t{VisibleText.Line(item.Text)}").ConfigureAwait(false);
            else if (json)
                await Console.Out.WriteLineAsync(await ToJsonAsync(tab, page, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
            else if (wanted.IsPart)
                await wanted.PrintAsync(tab, cancellation).ConfigureAwait(false);
            else if (images is null || textOnly)
                await PrintPageAsync(tab, page, textOnly, cancellation).ConfigureAwait(false);
            var code = images is null ? ExitCodes.Success : await SaveImagesAsync(browser, tab, images, cancellation).ConfigureAwait(false);
            return await BrowseActing.Wanted.KeepAsync(identity).ConfigureAwait(false) || code != ExitCodes.Success ? code : ExitCodes.WriteError;
        }
        catch (ScriptException e)
        {
            await Complaint.WriteAsync(e.Line > 0 ? $"{e.Message} (line {e.Line}, column {e.Column})" : e.Message).ConfigureAwait(false);
            if (e.Exited is not null)
                browser.OnLoss();
            return e.Exited is not null ? ExitCodes.ChildLost : ExitCodes.ScriptFailed;
        }
        catch (PageException e)
        {
            var isKept = await BrowseActing.Wanted.KeepAsync(identity).ConfigureAwait(false);
            if (e.Download is { } file)
            {
                await BrowseActing.Wanted.SayAsync(file).ConfigureAwait(false);
                return isKept ? ExitCodes.Success : ExitCodes.WriteError;
            }
            await Complaint.WriteAsync(e.Message).ConfigureAwait(false);
            if (e is { Kind: FetchErrorKind.ChildLost } or { Exited: not null })
                browser.OnLoss();
            if (e.Failure == DocumentFailure.InvalidSchema)
                return ExitCodes.Usage;
            return e.Kind is { } kind ? ExitCodes.For(kind) : e.Exited is not null ? ExitCodes.ChildLost : ExitCodes.CouldNotLoad;
        }
    }

    private static string Say(PageScriptsEnd ended)
    {
        var failed = ended.Failed > 0 ? $"{ended.Failed} of the page's scripts failed." : "";
        var late = ended.OverBudget ? "The page's scripts had not settled when their time was over." : "";
        return $"{failed} {late}".Trim();
    }

    private static bool TryIdentity(string? proxy, out NetworkIdentity identity)
    {
        identity = new NetworkIdentity();
        if (proxy is null)
            return true;
        var colon = proxy.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(proxy.AsSpan(colon + 1), out var port) || port is < 1 or > 65535)
            return false;
        identity = new NetworkIdentity(proxy[..colon].Trim('[', ']'), port);
        return true;
    }

    private static async Task PrintAsync<T>(IReadOnlyList<T> items, Func<T, string> line)
    {
        foreach (var item in items)
            await Console.Out.WriteLineAsync(line(item)).ConfigureAwait(false);
    }

    private static async Task PrintPageAsync(TabClient tab, PageSummary page, bool textOnly, CancellationToken cancellation)
    {
        var text = await tab.TextAsync(cancellation).ConfigureAwait(false);
        if (!textOnly)
        {
            var counts = page.Document.Counts;
            await Console.Out.WriteLineAsync(VisibleText.Line(page.Document.Title.Length > 0 ? page.Document.Title : page.Url)).ConfigureAwait(false);
            await Console.Out.WriteLineAsync(VisibleText.Line($"{page.Url} · {page.Status} · {Count(counts.Words, "word")} · {Count(counts.Links, "link")} · {Count(counts.Images, "image")} · {page.Document.Encoding}")).ConfigureAwait(false);
            if (page.Document.ParserNote.Length > 0)
                await Console.Out.WriteLineAsync(VisibleText.Line(page.Document.ParserNote)).ConfigureAwait(false);
            await Console.Out.WriteLineAsync().ConfigureAwait(false);
        }
        await Console.Out.WriteLineAsync(Wrap(VisibleText.Block(text))).ConfigureAwait(false);
    }

    internal static string Wrap(string text)
    {
        var width = Console.IsOutputRedirected ? int.MaxValue : Math.Clamp(StandardOutput.Columns, 40, 100);
        if (width == int.MaxValue)
            return text;
        var wrapped = new System.Text.StringBuilder();
        foreach (var line in text.Split('\n'))
        {
            var column = 0;
            foreach (var word in line.Split(' '))
            {
                if (column > 0 && column + 1 + word.Length > width)
                {
                    wrapped.Append('\n');
                    column = 0;
                }
                else if (column > 0)
                {
                    wrapped.Append(' ');
                    column++;
                }
                wrapped.Append(word);
                column += word.Length;
            }
            wrapped.Append('\n');
        }
        return wrapped.ToString().TrimEnd('\n');
    }

    private static string Count(int number, string thing) => string.Create(CultureInfo.InvariantCulture, $"{number} {thing}{(number == 1 ? "" : "s")}");

    private static async Task<string> ToJsonAsync(TabClient tab, PageSummary page, CancellationToken cancellation)
    {
        async Task<IReadOnlyList<QueryItem>> All(DocumentQuery kind) => await tab.QueryAllAsync(new Query(kind), cancellation).ConfigureAwait(false);
        async Task<JsonArray> ArrayAsync(DocumentQuery kind, Func<QueryItem, JsonObject> write) =>
            [.. (await All(kind).ConfigureAwait(false)).Select(item => (JsonNode)write(item))];
        return VisibleText.Json(new JsonObject
        {
            ["url"] = page.Url,
            ["status"] = page.Status,
            ["content_type"] = page.ContentType,
            ["bytes"] = page.Bytes,
            ["milliseconds"] = page.Elapsed.TotalMilliseconds,
            ["renderer_pid"] = page.ProcessId,
            ["scripts"] = page.Scripts is { } ended ? new JsonObject { ["run"] = ended.Run, ["failed"] = ended.Failed, ["over_budget"] = ended.OverBudget } : null,
            ["title"] = page.Document.Title,
            ["language"] = page.Document.Language,
            ["canonical_url"] = page.Document.CanonicalUrl,
            ["encoding"] = page.Document.Encoding,
            ["encoding_source"] = page.Document.EncodingSource,
            ["words"] = page.Document.Counts.Words,
            ["nodes"] = page.Document.Counts.Nodes,
            ["metadata"] = await ArrayAsync(DocumentQuery.Metadata, static item => new() { ["name"] = item.Name, ["value"] = item.Value }).ConfigureAwait(false),
            ["headings"] = await ArrayAsync(DocumentQuery.Headings, static item => new() { ["level"] = item.Level, ["text"] = item.Text }).ConfigureAwait(false),
            ["links"] = await ArrayAsync(DocumentQuery.Links, static item => new() { ["url"] = item.Value, ["text"] = item.Text, ["rel"] = item.Name }).ConfigureAwait(false),
            ["images"] = await ArrayAsync(DocumentQuery.Images, static item => new() { ["url"] = item.Value, ["text"] = item.Text }).ConfigureAwait(false),
            ["forms"] = await ArrayAsync(DocumentQuery.Forms, static item => new()
            {
                ["method"] = item.Name,
                ["action"] = item.Value,
                ["fields"] = new JsonArray([.. item.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static field => (JsonNode)field)]),
            }).ConfigureAwait(false),
            ["text"] = await tab.TextAsync(cancellation).ConfigureAwait(false),
        }.ToJsonString(Json));
    }

    private static async Task<int> SaveImagesAsync(CliBrowser browser, TabClient tab, string folder, CancellationToken cancellation)
    {
        if (DecodeCommand.TryMakeFolder(folder) is { } refusal)
        {
            await Complaint.WriteAsync(refusal).ConfigureAwait(false);
            return ExitCodes.WriteError;
        }
        var failed = 0;
        var number = 0;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var image in await tab.QueryAllAsync(new Query(DocumentQuery.Images), cancellation).ConfigureAwait(false))
        {
            if (image.Value.Length == 0 || !seen.Add(image.Value))
                continue;
            var (problem, line) = await SaveImageAsync(browser, tab, image.Value, Path.Combine(folder, $"{number + 1:000}"), cancellation).ConfigureAwait(false);
            number += problem is null ? 1 : 0;
            failed += problem is null ? 0 : 1;
            await DecodeCommand.SayAsync(image.Value, problem, line).ConfigureAwait(false);
        }
        return failed == 0 ? ExitCodes.Success : ExitCodes.CouldNotLoad;
    }

    // The tab fetches the image: a page may reach fewer addresses than the user.
    private static async Task<(string? Problem, string Line)> SaveImageAsync(CliBrowser browser, TabClient tab, string url, string path, CancellationToken cancellation)
    {
        try
        {
            var image = await tab.FetchResourceAsync(url, cancellation).ConfigureAwait(false);
            return image.Status is >= 200 and < 300
                ? await DecodeCommand.SaveAsync(browser, image.Body, path, 0, 0, cancellation).ConfigureAwait(false)
                : ($"The server answered with status {image.Status}.", "");
        }
        catch (PageException e)
        {
            return (e.Message, "");
        }
    }
}
