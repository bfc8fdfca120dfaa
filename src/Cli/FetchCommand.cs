using System.CommandLine;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.Cli;

/// <summary><c>fetch URL...</c>: fetches through the network child.</summary>
internal static class FetchCommand
{
    private const int MostParallel = 256;

    internal static Command Create()
    {
        var urls = new Argument<string[]>("URL") { Description = "http or https URLs", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string?>("--output", "-o") { Description = "write the body here; with several URLs, a directory", HelpName = "FILE" };
        var headers = new Option<string[]>("--header", "-H") { Description = "a request header; may be repeated", HelpName = "NAME:VALUE", AllowMultipleArgumentsPerToken = false };
        var method = new Option<string?>("--request", "-X") { Description = "the method (default GET, POST with --data, PUT with --upload-file)", HelpName = "METHOD" };
        var data = new Option<string?>("--data", "-d") { Description = "the request body; @FILE sends a file, @- the standard input", HelpName = "BODY" };
        var upload = new Option<string?>("--upload-file", "-T") { Description = "send this file as the request body; - is the standard input", HelpName = "FILE" };
        var maxTime = new Option<double?>("--max-time") { Description = "give up on a URL after this long", HelpName = "SECONDS" };
        var json = new Option<bool>("--json") { Description = "print one JSON object a URL instead of the body" };
        var parallel = new Option<int>("--parallel") { Description = $"how many at once, 1 to {MostParallel}", HelpName = "N", DefaultValueFactory = _ => 8 };
        var fail = new Option<bool>("--fail", "-f") { Description = "HTTP status 400 and above is a failure" };
        var redirects = new Option<int?>("--max-redirects") { Description = "how many redirects to follow", HelpName = "N" };

        var command = new Command("fetch",
            "Fetches URLs through the sandboxed network process.\n\nExit codes:\n"
            + string.Join('\n', ExitCodes.Table.Select(row => $"  {row.Code,3}  {row.Meaning}")))
        {
            urls, output, headers, method, data, upload, maxTime, json, parallel, fail, redirects,
        };
        // A value that is not given is the default's business, not a validator's.
        parallel.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is (< 1 or > MostParallel))
                result.AddError($"--parallel takes 1 to {MostParallel}.");
        });
        maxTime.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<double>() is (<= 0 or > 86_400))
                result.AddError("--max-time takes a number of seconds above 0, at most 86400.");
        });
        redirects.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is (< 0 or > 1000))
                result.AddError("--max-redirects takes 0 to 1000.");
        });
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
                    parsed.GetValue(parallel),
                    parsed.GetValue(fail),
                    parsed.GetValue(redirects)).WithBody(file, text);
            }
            catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"actorbrowser: {e.Message}").ConfigureAwait(false);
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
        using var bar = new ProgressBar(Console.Error, !Console.IsErrorRedirected && !options.Json, () => Console.WindowWidth);
        using var gate = new SemaphoreSlim(options.Parallel);

        var exitCode = ExitCodes.Success;
        var running = options.Urls.Select((_, index) => FetchOneAsync(index)).ToArray();
        for (var index = 0; index < running.Length; index++)
        {
            var report = await running[index].ConfigureAwait(false);
            bar.Dispose();
            if (options.Json)
                await Console.Out.WriteLineAsync(report.ToJson()).ConfigureAwait(false);
            else if (report.Error is { } error)
                await Console.Error.WriteLineAsync($"actorbrowser: {HttpRules.Shorten(report.Url)}: {error.Message}").ConfigureAwait(false);
            else if (report.ExitCode(options.Fail) != ExitCodes.Success)
                await Console.Error.WriteLineAsync($"actorbrowser: {HttpRules.Shorten(report.Url)}: HTTP status {report.Headers?.Status}").ConfigureAwait(false);
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
            catch (BodySinkException e)
            {
                return new FetchReport(options.Urls[index], null, null, new FetchError(FetchErrorKind.Cancelled, e.Message), 0) { OutputFailed = true };
            }
            finally
            {
                gate.Release();
                sinks.Done(index);
            }
        }
    }
}
