using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.ModelTests.Players;

/// <summary>Starts played children; the schedule decides when a launch completes, and whether it succeeds.</summary>
internal sealed class PlayedLauncher(World world) : IChildLauncher
{
    public Task<LaunchedChild> LaunchAsync(string role, SandboxPolicy policy, ActorBrowserSettings settings, IChildLogSink log, CancellationToken cancellation)
    {
        var launched = new TaskCompletionSource<LaunchedChild>();
        var number = world.NextChild();
        world.Schedule.Add($"launch {number}", () =>
        {
            if (cancellation.IsCancellationRequested)
            {
                launched.SetCanceled(cancellation);
            }
            else if (!world.IsCalm && world.Schedule.Chance(5))
            {
                var kind = world.Schedule.Chance(20) ? LaunchErrorKind.NotFound : LaunchErrorKind.Other;
                launched.SetException(new LaunchException(kind, $"Launch {number} fails in this run."));
            }
            else
            {
                InMemoryChannel? parentEnd = null;
                (parentEnd, var childEnd) = InMemoryChannel.CreatePair(
                    settings.Channel, end => world.Schedule.Add(ReferenceEquals(end, parentEnd) ? $"{role} {number} is heard" : $"{role} {number} hears", end.Execute));
                var child = PlayedChild.Create(world, role, number, childEnd);
                world.Children.Add(child);
                childEnd.Start(child);
                child.Begin();
                launched.SetResult(new LaunchedChild(child, parentEnd));
            }
        });
        return launched.Task;
    }
}
