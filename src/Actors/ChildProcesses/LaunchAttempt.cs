using System.Diagnostics;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>Starts one child's process when the child's turn has come, and kills the process if the actor stops meanwhile.</summary>
/// <param name="role">The child's role.</param>
/// <param name="policy">How the child is confined.</param>
/// <param name="settings">The configuration.</param>
/// <param name="launcher">Starts the process.</param>
internal sealed class LaunchAttempt(string role, SandboxPolicy policy, ActorBrowserSettings settings, IChildLauncher launcher)
{
    private readonly LaunchTicket _ticket = new();
    private readonly StartPass _pass = new(RoleContracts.Of(role).StartsAtOnce ? 0 : settings.Child.MaxStarting);
    private long _startedTicks = Stopwatch.GetTimestamp();

    /// <summary>When the launch began; before that, when the actor was created.</summary>
    internal DateTimeOffset StartedAt { get; private set; } = DateTimeOffset.UtcNow;

    /// <summary>The time since <see cref="StartedAt"/>.</summary>
    internal TimeSpan Elapsed => Stopwatch.GetElapsedTime(_startedTicks);

    /// <summary>Launches the child, and sends the actor <see cref="ChildFrames.Launched"/> or <see cref="ChildFrames.LaunchFailed"/>.</summary>
    internal void Start(IActorRef self, IChildLogSink log) => _ = LaunchAsync(self, log);

    /// <summary>The child is ready or has ended: the next child may start. May be called repeatedly.</summary>
    internal void OnOver() => _pass.Leave();

    /// <summary>The actor stops: kills the child, or cancels its launch.</summary>
    internal void Abandon()
    {
        _pass.Leave();
        _ticket.Abandon();
    }

    private async Task LaunchAsync(IActorRef self, IChildLogSink log)
    {
        try
        {
            await _pass.EnterAsync(_ticket.Token).ConfigureAwait(false);
            (StartedAt, _startedTicks) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
            var child = await launcher.LaunchAsync(role, policy, settings, log, _ticket.Token).ConfigureAwait(false);
            if (_ticket.TryDeliver(child))
                self.Tell(new ChildFrames.Launched(child), ActorRefs.NoSender);
        }
        catch (OperationCanceledException) when (_ticket.Token.IsCancellationRequested)
        {
            // The actor has stopped, and the launcher has killed the process if it had started one.
        }
        catch (Exception e)
        {
            // Every failure of a launcher reaches the child's owner as an exit.
            self.Tell(new ChildFrames.LaunchFailed(e), ActorRefs.NoSender);
        }
    }
}
