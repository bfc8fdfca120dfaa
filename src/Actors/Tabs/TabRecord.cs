using Akka.Actor;

namespace ActorBrowser;

/// <summary>What a tab keeps when its actor restarts: its identity, history and subscribers.</summary>
internal sealed class TabRecord
{
    internal TabRecord(int number, TabProtocol.OpenTab open, int maxHistory, PageScripts scripts)
    {
        Number = number;
        Identity = open.Identity ?? new NetworkIdentity();
        LoadImages = open.LoadImages;
        Scripts = open.Scripts ?? scripts;
        Downloads = open.Downloads;
        Initiator = open.Initiator;
        History = open.Memory is { } memory ? new TabHistory(maxHistory, memory) : new TabHistory(maxHistory);
        (Restored, Load, Url) = (open.Memory, open.Memory?.Load ?? 0, History.Current ?? "");
        if (open.Subscriber is { } subscriber)
            Subscribers.Add(subscriber);
    }

    internal int Number { get; }

    internal NetworkIdentity Identity { get; }

    internal bool LoadImages { get; }

    internal PageScripts Scripts { get; }

    /// <summary>On whose behalf its owner's navigations are.</summary>
    internal FetchInitiator Initiator { get; }

    /// <summary>The folder for files; null for none.</summary>
    internal string? Downloads { get; }

    internal TabHistory History { get; }

    /// <summary>Where the tab was before it was opened once more, until its actor has begun there; null for a new tab.</summary>
    internal TabMemory? Restored { get; set; }

    internal HashSet<IActorRef> Subscribers { get; } = [];

    internal TabMetrics Metrics { get; } = new();

    /// <summary>The number of the last navigation; numbers are not reused.</summary>
    internal int Load { get; set; }

    /// <summary>The current URL, or the one being loaded; empty while blank.</summary>
    internal string Url { get; set; } = "";

    /// <summary>Whether the tab ends on request.</summary>
    internal bool IsClosing { get; set; }
}
