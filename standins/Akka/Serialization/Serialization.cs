using System;
using Akka.Actor;

namespace Akka.Serialization;

/// <summary>Which system, at which address, something is serialized for.</summary>
public sealed class Information(Address address, ActorSystem system)
{
    public Address Address { get; } = address;

    public ActorSystem System { get; } = system;
}

/// <summary>The part of serialization that names actors. This stand-in serializes nothing else.</summary>
public class Serialization(ExtendedActorSystem system)
{
    [ThreadStatic]
    private static Information _current;

    public ActorSystem System { get; } = system;

    internal static Information CurrentTransportInformation
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>The path of an actor with its uid, at the address of the transport that is serializing, if one is.</summary>
    public static string SerializedActorPath(IActorRef actorRef)
    {
        if (actorRef is null || Equals(actorRef, ActorRefs.NoSender))
        {
            return "";
        }

        return _current is { } transport
            ? actorRef.Path.ToSerializationFormatWithAddress(transport.Address)
            : actorRef.Path.ToSerializationFormat();
    }

    public static T WithTransport<T>(ActorSystem system, Address address, Func<T> action)
    {
        var outer = _current;
        _current = new Information(address, system);
        try
        {
            return action();
        }
        finally
        {
            _current = outer;
        }
    }
}
