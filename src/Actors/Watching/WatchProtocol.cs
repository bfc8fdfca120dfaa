using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>What a task manager asks of the browser: the dashboard and <c>actorbrowser top</c>.</summary>
internal static class WatchProtocol
{
    /// <summary>Sent to the browser.</summary>
    internal interface ICommand : INoSerializationVerificationNeeded;

    /// <summary>Asks for everything that a task manager shows. Answered by <see cref="Picture"/>; from memory if the last one is younger than <see cref="ProcessWatch.Interval"/>.</summary>
    internal sealed class GetPicture : ICommand
    {
        internal static readonly GetPicture Instance = new();
    }

    /// <summary>Asks to do something with a process. Answered by <see cref="OrderTaken"/>.</summary>
    /// <param name="Number">The process, by <see cref="ProcessRow.Number"/>.</param>
    /// <param name="Order">What to do.</param>
    internal sealed record GiveOrder(long Number, ProcessOrder Order) : ICommand;

    /// <summary>The answer to <see cref="GiveOrder"/>.</summary>
    /// <param name="Taken">Whether it is done. What comes of it is in a later picture.</param>
    /// <param name="Sentence">What is done, or why nothing is.</param>
    internal sealed record OrderTaken(bool Taken, string Sentence) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}

/// <summary>What a task manager can do with a process.</summary>
[Flags]
internal enum ProcessOrder
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Kill it; what it works on fails.</summary>
    End = 1,

    /// <summary>Load its tab's page again, or its role's plugin.</summary>
    Reload = 2,

    /// <summary>Let it finish what it works on, give it no more, then end it.</summary>
    Drain = 4,
}
