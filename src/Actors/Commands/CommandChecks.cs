using Akka.Actor;

namespace ActorBrowser;

/// <summary>Checks the fields of command messages; each method returns a <c>Status.Failure</c>, or null if the field is valid.</summary>
internal static class CommandChecks
{
    // The longest time a runtime timer accepts.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(int.MaxValue);

    internal static object? Handle(string message, string? handle) => handle is null ? Failure(message, "Handle is null.") : null;

    internal static object? Time(string message, string field, TimeSpan? time) => time is { } given && (given < TimeSpan.Zero || given > Longest)
        ? Failure(message, $"{field} is {given}; it must be between 0 and {Longest.TotalDays:0} days, or null.") : null;

    internal static object? Subscriber(string message, IActorRef? subscriber) => IsNoActor(subscriber) ? Failure(message, "Subscriber is null or not an actor.") : null;

    internal static object? Subscription(string message, CommandProtocol.Subscribe? subscription) =>
        Problem(subscription) is { } problem ? Failure(message, problem) : null;

    internal static object? Range(string message, string field, long value, long least, long most) =>
        value < least || value > most ? Failure(message, $"{field} is {value}; it must be between {least} and {most}.") : null;

    /// <summary>Null, or what is wrong with the subscription.</summary>
    internal static string? Problem(CommandProtocol.Subscribe? subscription) =>
        subscription is null ? "The subscription is null."
        : IsNoActor(subscription.Subscriber) ? "The subscription's Subscriber is null or not an actor."
        : subscription.From < 0 ? $"The subscription's From is {subscription.From}; it must be at least 0."
        : subscription.Credit is < 0 ? $"The subscription's Credit is {subscription.Credit}; it must be at least 0, or null."
        : null;

    /// <summary>Whether a time is outside what a command may be given.</summary>
    internal static bool IsWrong(TimeSpan? time, bool positive) =>
        time is { } given && (given < TimeSpan.Zero || (positive && given == TimeSpan.Zero) || given > Longest);

    // Only actors that Akka created can be watched.
    private static bool IsNoActor(IActorRef? subscriber) => subscriber is not IInternalActorRef || subscriber.IsNobody();

    private static Status.Failure Failure(string message, string problem) => new(new InvalidMessageException(message, problem));
}
