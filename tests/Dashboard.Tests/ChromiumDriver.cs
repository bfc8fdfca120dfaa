using Microsoft.Playwright;

namespace ActorBrowser.DashboardTests;

/// <summary>Debian's Chromium under Playwright, started once for the tests of the page; without the package there is none.</summary>
public sealed class ChromiumDriver : IAsyncLifetime
{
    private IPlaywright? _driver;

    /// <summary>Null without the package.</summary>
    public IBrowser? Browser { get; private set; }

    public async Task InitializeAsync()
    {
        if (Needs.Missing("chromium") is not null)
            return;
        _driver = await Playwright.CreateAsync().Soon();
        Browser = await _driver.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", ChromiumSandbox = false, Args = ["--disable-gpu", "--disable-dev-shm-usage"] }).Soon();
        // On a busy machine, a page takes longer than five seconds.
        Assertions.SetDefaultExpectTimeout((float)Deadline.Long.TotalMilliseconds);
    }

    public async Task DisposeAsync()
    {
        if (Browser is not null)
            await Browser.CloseAsync().Soon();
        _driver?.Dispose();
    }
}
