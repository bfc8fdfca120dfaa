using System.Diagnostics;
using System.Globalization;

namespace ActorBrowser.Bench;

/// <summary>Debian's Chromium, headless, with empty tabs; a yardstick if it is installed.</summary>
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
        // Chromium refuses to run as root with its sandbox.
        using var chromium = Process.Start(new ProcessStartInfo(Program,
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank"])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{await PortAsync(chromium)}") };
            for (var i = 1; i < tabs; i++)
                (await client.PutAsync("/json/new?about:blank", null)).EnsureSuccessStatusCode();
            // By then the work after opening a tab is over; our tabs are also measured idle.
            await Task.Delay(TimeSpan.FromSeconds(5));
            var memory = new Samples("Chromium's renderers with about:blank", "MiB");
            foreach (var process in DescendantsOf(chromium.Id))
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

    private static async Task<int> PortAsync(Process chromium)
    {
        while (await chromium.StandardError.ReadLineAsync() is { } line)
        {
            if (!line.Contains("DevTools listening on", StringComparison.Ordinal))
                continue;
            _ = chromium.StandardError.BaseStream.CopyToAsync(Stream.Null);
            return new Uri(line[line.IndexOf("ws:", StringComparison.Ordinal)..]).Port;
        }
        throw new InvalidOperationException("Chromium did not start.");
    }

    private static List<int> DescendantsOf(int root)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                parents[id] = ProcFile.Parent(id);
        }
        var found = new List<int>();
        foreach (var id in parents.Keys)
        {
            for (var at = id; parents.TryGetValue(at, out var parent) && at > 1; at = parent)
            {
                if (parent != root)
                    continue;
                found.Add(id);
                break;
            }
        }
        return found;
    }
}
