using System.Diagnostics;

namespace ActorBrowser.TestSupport;

/// <summary>Debian's Chromium without a window, as the reference for what browsers do. It is ended, with its children, when disposed.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Options =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--disable-dev-shm-usage",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("actorbrowser-chromium-").FullName;
    private readonly Process _process;

    private Chromium(string url, IEnumerable<string> more)
    {
        var start = new ProcessStartInfo("chromium") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var option in Options.Concat(more))
            start.ArgumentList.Add(option);
        // With a port for a debugger, it does not end once the page is loaded.
        start.ArgumentList.Add("--remote-debugging-port=0");
        start.ArgumentList.Add($"--user-data-dir={_folder}");
        start.ArgumentList.Add(url);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Opens a page, whose script says by a request to its server when it is done.</summary>
    public static Chromium Open(string url, params string[] options) => new(url, options);

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        // Its children write there until they have ended.
        await ProcessTable.Until(IsRemoved, Deadline.Long);
    }

    private bool IsRemoved()
    {
        try
        {
            Directory.Delete(_folder, true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
