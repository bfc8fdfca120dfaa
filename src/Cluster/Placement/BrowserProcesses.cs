using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <summary>Counts a browser's processes.</summary>
internal static class BrowserProcesses
{
    internal static Func<int> CounterOf(IActorRef browser) => ProcessRoster.OfBrowser(browser) is { } roster ? () => roster.Count : static () => 0;
}
