using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.ModelTests.Players;

/// <summary>The actor that opened a tab: receives all its events, and checks their order.</summary>
internal sealed class TabUser(World world, IActorRef browser, TabRecordOfUser record) : UntypedActor
{
    protected override void PreStart()
    {
        Context.Watch(browser);
        browser.Tell(new OpenTab { Subscriber = Self });
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case TabOpened opened:
                record.Tab = opened.Tab;
                break;
            case Terminated:
                record.IsClosed = true;
                break;
            case Akka.Actor.Status.Failure:
                // The command that made the tab fail.
                break;
            case IEvent happened when record.IsClosed:
                world.Fail($"{record.Name}: {happened} came after Closed");
                break;
            case LoadStarted started:
                record.Loading = started.Load;
                record.Outcome = null;
                break;
            case LoadFinished finished:
                Conclude(finished.Load, finished);
                if (!finished.Page.Url.EndsWith("/" + finished.Page.Document.Title, StringComparison.Ordinal))
                    world.Fail($"{record.Name}: the page of {finished.Page.Url} has the title {finished.Page.Document.Title}");
                break;
            case LoadFailed failed when failed.Message.EndsWith("navigate to its URL to load it again.", StringComparison.Ordinal):
                break;
            case LoadFailed failed when failed.Message.StartsWith("The tab failed and lost its page", StringComparison.Ordinal):
                record.Outcome = failed;
                break;
            case LoadFailed failed:
                Conclude(failed.Load, failed);
                break;
            case Crashed crashed when record.Outcome is LoadFinished && crashed.Load == record.Loading:
                record.Outcome = crashed;
                break;
            case Crashed crashed:
                Conclude(crashed.Load, crashed);
                break;
            case TabProtocol.Closed:
                record.IsClosed = true;
                break;
            default:
                break;
        }
    }

    private void Conclude(int load, IEvent outcome)
    {
        if (load != record.Loading || record.Outcome is not null)
            world.Fail($"{record.Name}: {outcome} came; load {record.Loading} is under way, and had {record.Outcome}");
        record.Outcome = outcome;
    }
}

/// <summary>A tab as its user knows it.</summary>
internal sealed class TabRecordOfUser(string name)
{
    internal string Name { get; } = name;

    internal IActorRef? Tab { get; set; }

    internal int Loading { get; set; }

    internal IEvent? Outcome { get; set; }

    internal bool IsClosed { get; set; }

    internal bool IsOver => IsClosed || (Tab is not null && (Loading == 0 || Outcome is not null));
}
