using System.Collections.Frozen;

namespace ActorBrowser.Transport;

/// <summary>One message that may be sent, and how many descriptors it may carry.</summary>
/// <param name="Type">The message.</param>
/// <param name="MinDescriptors">The fewest.</param>
/// <param name="MaxDescriptors">The most.</param>
internal readonly record struct MessageRule(MessageType Type, int MinDescriptors, int MaxDescriptors)
{
    /// <summary>A message that carries no descriptors.</summary>
    public static implicit operator MessageRule(MessageType type) => new(type, 0, 0);
}

/// <summary>The messages that one side of a channel may send once the child is ready. Any other is a violation.</summary>
internal sealed class MessageSet
{
    private readonly string _sender;
    private readonly MessageRule?[] _rules;

    /// <summary>The messages of one sender.</summary>
    /// <param name="sender">The sender as named in errors, such as <c>A network child</c>.</param>
    /// <param name="rules">The rules of the messages that may be sent.</param>
    internal MessageSet(string sender, params ReadOnlySpan<MessageRule> rules)
    {
        _sender = sender;
        var last = 0;
        foreach (var rule in rules)
            last = Math.Max(last, (int)rule.Type);
        _rules = new MessageRule?[last + 1];
        foreach (var rule in rules)
            _rules[(int)rule.Type] = rule;
        Types = rules.ToArray().Select(static rule => rule.Type).ToFrozenSet();
    }

    /// <summary>The messages that may be sent.</summary>
    internal FrozenSet<MessageType> Types { get; }

    /// <summary>The rule for a message; null if it may not be sent.</summary>
    internal MessageRule? Find(MessageType type) => (int)type < _rules.Length ? _rules[(int)type] : null;

    /// <summary>Null, or the violation in a received frame's header.</summary>
    internal ProtocolViolation? Check(in FrameHeader header)
    {
        if (Find(header.Type) is not { } rule)
        {
            return Enum.IsDefined(header.Type)
                ? new ProtocolViolation(ViolationKind.OutOfState, $"{_sender} may not send {header.Type}.")
                : new ProtocolViolation(ViolationKind.UnknownMessage, $"{(ushort)header.Type} is not a message type.");
        }
        return CheckDescriptors(header, rule);
    }

    /// <summary>Null, or the violation for too many or too few descriptors.</summary>
    internal static ProtocolViolation? CheckDescriptors(in FrameHeader header, in MessageRule rule) =>
        header.DescriptorCount >= rule.MinDescriptors && header.DescriptorCount <= rule.MaxDescriptors ? null
            : new ProtocolViolation(ViolationKind.Descriptors, rule.MinDescriptors == rule.MaxDescriptors
                ? $"{header.Type} came with {header.DescriptorCount} descriptors; it carries {rule.MaxDescriptors}."
                : $"{header.Type} came with {header.DescriptorCount} descriptors; it carries {rule.MinDescriptors} to {rule.MaxDescriptors}.");
}
