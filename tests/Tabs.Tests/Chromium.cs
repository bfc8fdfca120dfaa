using System.Diagnostics;

namespace ActorBrowser.TabsTests;

/// <summary>Debian's Chromium without a window, for comparison. Ends with its processes when it is disposed.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private Chromium(Process process, string folder) => (_process, _folder) = (process, folder);

    /// <summary>Opens a page; its scripts do the rest.</summary>
    internal static Chromium Open(string url)
    {
        var folder = Directory.CreateTempSubdirectory("actorbrowser-chromium").FullName;
        var process = Process.Start(new ProcessStartInfo("/usr/bin/setsid",
        [
            "/usr/bin/chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--remote-debugging-port=0", $"--user-data-dir={folder}", url,
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["HOME"] = folder } })!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new Chromium(process, folder);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // One of its processes still writes while it ends.
        }
    }
}
