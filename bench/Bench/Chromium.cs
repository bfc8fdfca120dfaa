using System.Diagnostics;

namespace ActorBrowser.Bench;

/// <summary>Debian's Chromium, headless; a yardstick if it is installed.</summary>
internal static class Chromium
{
    private const string Program = "/usr/bin/chromium";

    internal static bool IsInstalled => File.Exists(Program);

    /// <summary>Opens tabs and returns the memory of each renderer process with a tab, in MiB.</summary>
    /// <param name="folder">A temporary folder.</param>
    /// <param name="tabs">The number of tabs, each with about:blank.</param>
    internal static async Task<Samples> RenderersAsync(string folder, int tabs)
    {
        var profile = Path.Combine(folder, "chromium");
        using var chromium = Start(profile);
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{(await AddressAsync(chromium)).Port}") };
            for (var i = 1; i < tabs; i++)
                (await client.PutAsync("/json/new?about:blank", null)).EnsureSuccessStatusCode();
            // By then the work after opening a tab is over; our tabs are also measured idle.
            await Task.Delay(TimeSpan.FromSeconds(5));
            var memory = new Samples("Chromium's renderers with about:blank", "MiB");
            foreach (var process in ProcFile.DescendantsOf(chromium.Id))
            {
                if (File.ReadAllText($"/proc/{process}/cmdline").Contains("--type=renderer", StringComparison.Ordinal))
                    memory.Add(ProcFile.ProportionalMebibytes(process));
            }
            return memory;
        }
        finally
        {
            chromium.Kill(entireProcessTree: true);
            await chromium.WaitForExitAsync();
        }
    }

    /// <summary>Loads pages without scripts, so many at once; returns pages a second from the start of the program, and the peak of its memory in MiB.</summary>
    internal static async Task<(double Rate, double Peak)> LoadAsync(string folder, IReadOnlyList<string> pages, int atOnce)
    {
        var started = Stopwatch.GetTimestamp();
        using var chromium = Start(Path.Combine(folder, "chromium-crawl"));
        using var memory = new TreeMemory(chromium.Id);
        try
        {
            using var tools = await DevTools.ConnectAsync(await AddressAsync(chromium));
            var next = -1;
            await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(async () =>
            {
                var target = (await tools.AskAsync("Target.createTarget", new() { ["url"] = "about:blank" })).GetProperty("targetId").GetString()!;
                var session = (await tools.AskAsync("Target.attachToTarget", new() { ["targetId"] = target, ["flatten"] = true })).GetProperty("sessionId").GetString()!;
                var loaded = new SemaphoreSlim(0);
                tools.Listen(session, name =>
                {
                    if (name == "Page.loadEventFired")
                        loaded.Release();
                });
                await tools.AskAsync("Emulation.setScriptExecutionDisabled", new() { ["value"] = true }, session);
                await tools.AskAsync("Page.enable", [], session);
                for (int i; (i = Interlocked.Increment(ref next)) < pages.Count;)
                {
                    await tools.AskAsync("Page.navigate", new() { ["url"] = pages[i] }, session);
                    await loaded.WaitAsync();
                }
            })));
            return (pages.Count / Stopwatch.GetElapsedTime(started).TotalSeconds, memory.Peak);
        }
        finally
        {
            chromium.Kill(entireProcessTree: true);
            await chromium.WaitForExitAsync();
        }
    }

    // Chromium refuses to run as root with its sandbox.
    private static Process Start(string profile) => Process.Start(new ProcessStartInfo(Program,
        ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank"])
    { RedirectStandardError = true, RedirectStandardOutput = true })!;

    private static async Task<Uri> AddressAsync(Process chromium)
    {
        while (await chromium.StandardError.ReadLineAsync() is { } line)
        {
            if (!line.Contains("DevTools listening on", StringComparison.Ordinal))
                continue;
            _ = chromium.StandardError.BaseStream.CopyToAsync(Stream.Null);
            return new Uri(line[line.IndexOf("ws:", StringComparison.Ordinal)..]);
        }
        throw new InvalidOperationException("Chromium did not start.");
    }
}
