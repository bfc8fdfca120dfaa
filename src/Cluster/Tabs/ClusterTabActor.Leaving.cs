using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <content>How this node's part ends; when it leaves the tab, what it was told before reaches the tab first.</content>
internal sealed partial class ClusterTabActor
{
    private const string HasLeft = "This node has left the tab.";

    private IActorRef? _left;
    private bool _isLeaving;

    private void Leave()
    {
        if (_isLeaving)
            return;
        _isLeaving = true;
        _watchers.Clear();
        foreach (var call in _calls.TakeQuestions())
            RefuseLeft(call);
        LeaveIfSent();
    }

    private void LeaveIfSent()
    {
        if (!_isLeaving || _left is not null)
            return;
        // The tab may be lost, and its search take long, or its node take nothing: then it hears nothing more.
        if (!_timers.IsTimerActive(GiveUpTick.Instance))
            _timers.StartSingleTimer(GiveUpTick.Instance, GiveUpTick.Instance, _asker.Settings.Tabs.FindTimeout);
        if (_isOpen)
        {
            _left = Context.Watch(_conversation!);
            _left.Tell(TabConversation.LeaveOnceSent.Instance);
        }
        else if (_calls.Waiting == 0)
            EndLeft();
    }

    // If the node was lost meanwhile, a command that may be repeated is said to the tab where it is then.
    private void OnLeft()
    {
        _left = null;
        if (_isOpen || _calls.Waiting == 0)
            EndLeft();
    }

    private void RefuseLeft(TabCalls.Call call)
    {
        if (call.IsQuestion)
            call.Sender.Tell(TabRefusals.Lost(call.Command, HasLeft, new PageException(HasLeft)), Self);
    }

    private void EndLeft() => End(HasLeft, new PageException(HasLeft));

    private void End(string problem, Exception why)
    {
        if (_isOver)
            return;
        _isOver = true;
        _opener?.Tell(new Akka.Actor.Status.Failure(why));
        foreach (var call in _calls.TakeAll().Where(static call => call.IsQuestion))
            call.Sender.Tell(TabRefusals.Lost(call.Command, problem, why), Self);
        _watchers.Tell(new TabProtocol.Closed { Problem = problem });
        Context.Stop(Self);
    }
}
