using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace ActorBrowser.Cluster;

/// <summary>
/// Akka's serializer for messages that have no other one, except for ActorBrowser's own types: it neither writes nor reads them. Otherwise any
/// member of the cluster could send the browser's own messages to its actors, past links, secret and policy.
/// </summary>
internal sealed class GuardedJsonSerializer : NewtonSoftJsonSerializer
{
    private const string Own = "ActorBrowser";

    // An assembly's name is made anew each time it is asked for, and each of the application's messages asks.
    private static readonly ConditionalWeakTable<Assembly, StrongBox<bool>> s_known = [];

    /// <summary>Created by Akka, by its name in the configuration.</summary>
    public GuardedJsonSerializer(ExtendedActorSystem system) : base(system)
    {
    }

    /// <summary>Created by Akka, by its name in the configuration.</summary>
    public GuardedJsonSerializer(ExtendedActorSystem system, Config config) : base(system, config)
    {
    }

    /// <summary>The configuration that puts it in the place of Akka's, with the same number.</summary>
    internal static string Hocon { get; } = $$"""
        akka.actor {
          serializers.json = "{{Name}}"
          serialization-identifiers { "{{Name}}" = 1 }
        }
        """;

    private static string Name => $"{typeof(GuardedJsonSerializer).FullName}, {typeof(GuardedJsonSerializer).Assembly.GetName().Name}";

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => IsOwn(obj.GetType()) ? throw Refusal(obj.GetType()) : base.ToBinary(obj);

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type type)
    {
        if (type is not null && IsOwn(type))
            throw Refusal(type);
        var message = base.FromBinary(bytes, type);
        return message is not null && IsOwn(message.GetType()) ? throw Refusal(message.GetType()) : message!;
    }

    private static bool IsOwn(Type type) => s_known.GetValue(type.Assembly, static assembly => new StrongBox<bool>(IsOwn(assembly))).Value
        || (type.IsGenericType && Array.Exists(type.GetGenericArguments(), IsOwn)) || (type.GetElementType() is { } element && IsOwn(element));

    private static bool IsOwn(Assembly assembly) => assembly.GetName().Name is { } name
        && (name.StartsWith(Own + ".", StringComparison.Ordinal) || name.StartsWith(Own.ToLowerInvariant(), StringComparison.Ordinal));

    private static SerializationException Refusal(Type type) => new($"{type.Name} does not cross nodes by itself: send it to the cluster's actor (IRequiredActor<ClusterBrowser>).");
}
