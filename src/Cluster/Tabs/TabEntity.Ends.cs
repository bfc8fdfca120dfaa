using Akka.Actor;
using Akka.Cluster.Sharding;

namespace ActorBrowser.Cluster;

/// <content>How a tab leaves its node: closed for good, or to another node.</content>
internal sealed partial class TabEntity
{
    private void End(bool forgetIdentity)
    {
        if (_isEnding || _isLeaving)
            return;
        (_isEnding, _forgetsIdentity) = (true, forgetIdentity || _record.Kept is { Options.IsPrivate: true });
        _timers.StartSingleTimer(MoveTick.Instance, MoveTick.Instance, s_longestMove);
        _local.End();
        _record.Forget();
        _identity!.Actor.Tell(_forgetsIdentity ? TabIdentity.Forget.Instance : TabIdentity.Flush.Instance);
        EndIfKept();
    }

    private void Leave()
    {
        if (_isLeaving || _isEnding)
            return;
        _isLeaving = true;
        TellMoved();
        if (_identity is null || _record.Kept is null)
        {
            Context.Stop(Self);
            return;
        }
        _timers.StartSingleTimer(MoveTick.Instance, MoveTick.Instance, s_longestMove);
        _local.AskMemory();
        _identity.Actor.Tell(TabIdentity.Flush.Instance);
        EndIfKept();
    }

    private void EndIfKept()
    {
        if (!(_isLeaving || _isEnding) || _local.IsBusy || !_record.IsSaved || !_isFlushed || (_isEnding && _local.IsOpen))
            return;
        Stop();
    }

    private void Stop()
    {
        if (_isEnding)
            Passivate();
        else
            Context.Stop(Self);
    }

    // The shard then forgets it, too.
    private void Passivate() => Context.Parent.Tell(new Passivate(PoisonPill.Instance));
}
