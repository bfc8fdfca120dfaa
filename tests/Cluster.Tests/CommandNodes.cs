namespace ActorBrowser.ClusterTests;

/// <summary>A browser node and two nodes that ask it, for specs that lose none of them.</summary>
public sealed class CommandNodes : IAsyncLifetime
{
    // Small, so that sizes beyond it are cheap.
    internal const int Window = 256 << 10;

    internal TestNode Browser { get; private set; } = null!;

    internal TestNode Front { get; private set; } = null!;

    internal TestNode Other { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        const string hocon = "actorbrowser.cluster.window = 256 KiB";
        Browser = await TestNode.StartAsync(isBrowser: true, hocon: hocon);
        Front = await TestNode.StartAsync(Browser, hocon: hocon);
        Other = await TestNode.StartAsync(Browser, hocon: hocon);
        await Front.LinkedAsync(1);
        await Other.LinkedAsync(1);
    }

    public async Task DisposeAsync()
    {
        await Other.DisposeAsync();
        await Front.DisposeAsync();
        await Browser.DisposeAsync();
    }
}
