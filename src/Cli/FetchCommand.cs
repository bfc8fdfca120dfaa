using System.CommandLine;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.Cli;

/// <summary><c>fetch URL...</c>: fetches through the network child.</summary>
internal static class FetchCommand
{
    private const int MostParallel = 256;
    private const int Parallel = 8;
    private const int MostRedirects = 1000;

    internal static Command Create()
    {
        var urls = new Argument<string[]>("URL") { Description = "http or https URLs", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string?>("--output", "-o") { Description = "write the body to this file; with several URLs, to this directory", HelpName = "FILE" };
        var headers = new Option<string[]>("--header", "-H") { Description = "a request header; may be repeated", HelpName = "NAME:VALUE", AllowMultipleArgumentsPerToken = false };
        var method = new Option<string?>("--request", "-X") { Description = "the method (default GET, POST with --data, PUT with --upload-file)", HelpName = "METHOD" };
        var data = new Option<string?>("--data", "-d") { Description = "the request body; @FILE sends a file, @- the standard input", HelpName = "BODY" };
        var upload = new Option<string?>("--upload-file", "-T") { Description = "send this file as the request body; - is the standard input", HelpName = "FILE" };
        var maxTime = Options.Seconds("give up on a URL after this long", "--max-time");
        var json = Options.Flag("print one JSON object per URL instead of the body", "--json");
        var parallel = Options.Whole($"how many fetches run at once, 1 to {MostParallel} (default {Parallel})", 1, MostParallel, "--parallel");
        var fail = Options.Flag("treat HTTP status 400 and above as a failure", "--fail", "-f");
        var redirects = Options.Whole("how many redirects to follow; with 0 a redirect is the answer", 0, MostRedirects, "--max-redirects");

        var command = new Command("fetch",
            "Fetches URLs through the sandboxed network process.\n\nExit codes:\n"
            + string.Join('\n', ExitCodes.Table.Select(row => $"  {row.Code,3}  {row.Meaning}")))
        {
            urls, output, headers, method, data, upload, maxTime, json, parallel, fail, redirects,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            FetchOptions options;
            try
            {
                var (text, file) = (parsed.GetValue(data), parsed.GetValue(upload));
                options = new FetchOptions(
                    parsed.GetValue(urls)!,
                    parsed.GetValue(output),
                    [.. (parsed.GetValue(headers) ?? []).Select(FetchOptions.ParseHeader)],
                    parsed.GetValue(method) ?? (file is not null ? "PUT" : text is not null ? "POST" : "GET"),
                    null,
                    parsed.GetValue(maxTime) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                    parsed.GetValue(json),
                    parsed.GetValue(parallel) ?? Parallel,
                    parsed.GetValue(fail),
                    parsed.GetValue(redirects)).WithBody(file, text);
            }
            catch (FormatException e)
            {
                await Complaint.WriteAsync(e.Message).ConfigureAwait(false);
                return ExitCodes.Usage;
            }
            return await RunAsync(options, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(FetchOptions options, CancellationToken cancellation)
    {
        using var sinks = new BodySinks(options);
        await using var browser = await CliBrowser.StartAsync(cancellation).ConfigureAwait(false);
        using var bar = new ProgressBar(StandardOutput.ErrorTerminal, !Console.IsErrorRedirected && !options.Json, () => StandardOutput.Columns);
        using var gate = new SemaphoreSlim(options.Parallel);

        var exitCode = ExitCodes.Success;
        var running = options.Urls.Select((_, index) => FetchOneAsync(index)).ToArray();
        for (var index = 0; index < running.Length; index++)
        {
            var report = await running[index].ConfigureAwait(false);
            bar.Dispose();
            if (options.Json)
                await Console.Out.WriteLineAsync(report.ToJson()).ConfigureAwait(false);
            else if (StandardOutput.Failure is null && report.Problem(options.Fail) is { } problem)
                await Complaint.WriteAsync($"{HttpRules.Shorten(report.Url)}: {problem}").ConfigureAwait(false);
            if (exitCode == ExitCodes.Success)
                exitCode = report.ExitCode(options.Fail);
        }
        cancellation.ThrowIfCancellationRequested();
        return exitCode;

        async Task<FetchReport> FetchOneAsync(int index)
        {
            await gate.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                await using var sink = sinks.Open(index);
                return await browser.FetchAsync(options, options.Urls[index], sink, bar.Report, cancellation).ConfigureAwait(false);
            }
            finally
            {
                gate.Release();
                sinks.Done(index);
            }
        }
    }
}
