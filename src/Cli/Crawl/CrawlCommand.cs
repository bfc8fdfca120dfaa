using System.CommandLine;

namespace ActorBrowser.Cli;

/// <summary><c>crawl URL</c>: the pages of a site, each parsed in a renderer.</summary>
internal static class CrawlCommand
{
    internal static Command Create()
    {
        var url = new Argument<string>("URL") { Description = "the start page, an http or https URL" };
        var depth = Options.Whole("how many links away from the start page pages may be (any number by default)", 0, int.MaxValue, "--depth");
        var max = Options.Whole("how many pages to load (actorbrowser.crawl.max-pages by default)", 1, int.MaxValue, "--max");
        var folder = new Option<string?>("-o", "--output") { Description = "write the results into this folder; the same command goes on where it was stopped", HelpName = "DIR" };
        var save = Choice<CrawlSave>("what to save of each page in the folder (none by default)", "--save");
        var site = Choice<CrawlSite>("which pages belong to the site: those of the same scheme, host and port, or of the same registrable domain (origin by default)", "--site");
        var pace = new Option<double?>("--pace")
        {
            Description = "the least time between two requests to one server; 0, for a server of your own, also lifts the limit of 4 at once",
            HelpName = "SECONDS",
            CustomParser = static result =>
            {
                if (double.TryParse(result.Tokens[0].Value, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out var seconds) && seconds <= 86_400)
                    return seconds;
                result.AddError($"--pace takes a number of seconds from 0 to 86400, not '{result.Tokens[0].Value}'.");
                return null;
            },
        };
        var again = Options.Flag("begin again in a folder that holds a crawl; servers are asked whether what its cache has is current", "--again");
        var json = Options.Flag("print each page as a line of JSON, and a last line with the summary (the default if the output is no terminal)", "--json");
        var command = new Command("crawl", "Loads the pages of a site, within its robots.txt, each parsed in a sandboxed renderer. Ctrl-C ends it with what is done.")
        {
            url, depth, max, folder, save, site, pace, again, json,
        };
        command.SetAction((parsed, cancellation) => RunAsync(
            new CrawlOptions(parsed.GetValue(url)!)
            {
                MaxDepth = parsed.GetValue(depth),
                MaxPages = parsed.GetValue(max),
                Folder = parsed.GetValue(folder),
                Save = parsed.GetValue(save) ?? CrawlSave.None,
                Site = parsed.GetValue(site) ?? CrawlSite.Origin,
                Pace = parsed.GetValue(pace) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                Again = parsed.GetValue(again),
            },
            parsed.GetValue(json) || Console.IsOutputRedirected, cancellation));
        return command;
    }

    private static Option<T?> Choice<T>(string description, string name) where T : struct, Enum
    {
        var names = Array.ConvertAll(Enum.GetNames<T>(), static one => one.ToLowerInvariant());
        return new Option<T?>(name)
        {
            Description = description,
            HelpName = string.Join('|', names),
            CustomParser = result =>
            {
                if (Array.IndexOf(names, result.Tokens[0].Value) is >= 0 and var index)
                    return Enum.GetValues<T>()[index];
                result.AddError($"{name} takes {string.Join(", ", names[..^1])} or {names[^1]}, not '{result.Tokens[0].Value}'.");
                return null;
            },
        };
    }

    private static async Task<int> RunAsync(CrawlOptions options, bool json, CancellationToken cancellation)
    {
        if (CrawlRefusals.Problem(options) is { } refusal)
            throw new UsageException(refusal is "Save needs a Folder" ? "--save needs a folder: -o DIR." : $"{refusal}.");
        await using var browser = await CliBrowser.StartAsync(cancellation).ConfigureAwait(false);
        CrawlSummary? summary = null;
        var pages = BrowserClient.For(browser.Browser).CrawlAsync(options, end => summary = end, cancellation);
        var progress = new CrawlProgress(options.Url);
        try
        {
            if (json)
            {
                await foreach (var page in pages.ConfigureAwait(false))
                    await Console.Out.WriteLineAsync(VisibleText.Json(CrawlLines.Of(page))).ConfigureAwait(false);
            }
            else
            {
                await progress.ShowAsync(pages).ConfigureAwait(false);
            }
        }
        catch (IOException e) when (summary is { Problem: not null })
        {
            await Complaint.WriteAsync(e.Message).ConfigureAwait(false);
            return ExitCodes.WriteError;
        }
        finally
        {
            if (summary is not null)
                await PrintAsync(summary, json).ConfigureAwait(false);
        }
        if (summary is { Crashes: > 0 })
            browser.OnLoss();
        if (summary?.Problem is { } problem)
            await Complaint.WriteAsync(problem).ConfigureAwait(false);
        return summary is { Pages: > 0 } && summary.Pages > summary.Failed ? ExitCodes.Success : ExitCodes.CouldNotLoad;
    }

    private static async Task PrintAsync(CrawlSummary summary, bool json)
    {
        if (json)
            await Console.Out.WriteLineAsync(VisibleText.Json($"{{\"summary\":{CrawlLines.Of(summary)}}}")).ConfigureAwait(false);
        else
            await Console.Out.WriteLineAsync(CrawlProgress.Sentence(summary)).ConfigureAwait(false);
    }
}
