using Akka.Actor;

namespace ActorBrowser;

/// <summary>The actor behind one call. If it fails, the call ends with that failure, and the actor does not restart its work.</summary>
internal abstract class OneCallActor : UntypedActor
{
    /// <summary>Ends the call.</summary>
    /// <param name="reason">The exception that the actor threw.</param>
    protected abstract void Fail(Exception reason);

    /// <inheritdoc/>
    protected sealed override void PreRestart(Exception reason, object message)
    {
        Fail(reason);
        base.PreRestart(reason, message);
    }

    /// <inheritdoc/>
    protected sealed override void PostRestart(Exception reason) => Context.Stop(Self);
}
