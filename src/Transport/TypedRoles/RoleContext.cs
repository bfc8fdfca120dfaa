using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>One request, as its handler sees it in the child.</summary>
public sealed class RoleContext
{
    private readonly RoleHost _host;

    internal RoleContext(RoleHost host, CancellationToken cancellation, DateTimeOffset? deadline) => (_host, Cancellation, Deadline) = (host, cancellation, deadline);

    /// <summary>The role's name.</summary>
    public string Role => _host.Definition.Name;

    /// <summary>Cancelled when the asker has cancelled or stopped, or the request's time is over. A handler that goes on is ended with its child after a grace.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>When the request's time is over; null for no limit.</summary>
    public DateTimeOffset? Deadline { get; }

    /// <summary>Publishes an event to the actors that have subscribed to the role. Waits while the parent has not taken the events before.</summary>
    /// <typeparam name="TEvent">A type that the definition names by <c>Publishes</c>.</typeparam>
    /// <param name="event">The event; in one frame, so shorter than <c>actorbrowser.channel.max-frame</c>.</param>
    /// <exception cref="InvalidOperationException">The definition does not name the type.</exception>
    /// <exception cref="ArgumentException">The event is too long.</exception>
    /// <exception cref="OperationCanceledException">The request was cancelled.</exception>
    public ValueTask PublishAsync<TEvent>(TEvent @event) where TEvent : notnull => _host.PublishAsync(@event, Cancellation);
}
