using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Dispatch;

/// <summary>A system's mailbox types: by configuration path, and by what an actor or dispatcher requires.</summary>
public class Mailboxes
{
    public static readonly string DefaultMailboxId = "akka.actor.default-mailbox";
    public static readonly string NoMailboxRequirement = "";

    private readonly ActorSystem _system;
    private readonly Dictionary<Type, string> _bindings = [];
    private readonly ConcurrentDictionary<string, MailboxType> _types = new();
    private readonly ConcurrentDictionary<(string Dispatcher, string Mailbox), int> _stashCapacities = new();
    private bool _warnedOfPushTimeout;
    private bool _warnedOfMailboxSize;

    public Mailboxes(ActorSystem system)
    {
        _system = system;
        DeadLetterMailbox = new DeadLetterMailbox(system.DeadLetters);
        var config = system.Settings.Config.GetConfig("akka.actor.mailbox");
        if (config.IsNullOrEmpty())
        {
            throw ConfigurationException.NullOrEmptyConfig<Mailboxes>("akka.actor.mailbox");
        }

        foreach (var (name, id) in config.GetConfig("requirements").AsEnumerable())
        {
            if (Type.GetType(name) is { } type)
            {
                _bindings.Add(type, id.GetString());
            }
            else
            {
                Warn($"Mailbox Requirement mapping [{name}] is not an actual type");
            }
        }
    }

    public DeadLetterMailbox DeadLetterMailbox { get; }

    private Config Root => _system.Settings.Config;

    public bool HasRequiredType(Type actorType) => GetRequiredType(actorType) is not null;

    public Type GetRequiredType(Type actorType) => ArgumentOf(actorType, typeof(IRequiresMessageQueue<>));

    public bool ProducesMessageQueue(Type mailboxType) => ArgumentOf(mailboxType, typeof(IProducesMessageQueue<>)) is not null;

    public MailboxType LookupByQueueType(Type queueType) => _bindings.TryGetValue(queueType, out var id)
        ? Lookup(id)
        : throw new ConfigurationException($"Mailbox Mapping for [{queueType}] not configured");

    public MailboxType Lookup(string id) => _types.TryGetValue(id, out var type) ? type : _types.GetOrAdd(id, Make(id));

    /// <summary>
    /// The mailbox of an actor, in this order: its deployment's, its dispatcher's, what the actor's type requires,
    /// what the dispatcher requires, the default.
    /// </summary>
    public MailboxType GetMailboxType(Props props, Config dispatcherConfig)
    {
        dispatcherConfig ??= ConfigurationFactory.Empty;
        var id = dispatcherConfig.GetString("id", null);
        var actorRequirement = GetRequiredType(props.Type);
        var requirementName = dispatcherConfig.GetString("mailbox-requirement", null);
        var requirement = string.IsNullOrEmpty(requirementName) ? null : Type.GetType(requirementName, true);
        var hasMailboxType = dispatcherConfig.HasPath("mailbox-type") && dispatcherConfig.GetString("mailbox-type", null) != Deploy.NoMailboxGiven;
        if (!hasMailboxType && !_warnedOfMailboxSize && dispatcherConfig.HasPath("mailbox-size"))
        {
            _warnedOfMailboxSize = true;
            Warn($"Ignoring setting 'mailbox-size for dispatcher [{id}], you need to specify 'mailbox-type=bounded`");
        }

        if (props.Deploy.Mailbox != Deploy.NoMailboxGiven)
        {
            return Verified(Lookup(props.Deploy.Mailbox));
        }

        if (props.Deploy.Dispatcher != Deploy.NoDispatcherGiven && hasMailboxType)
        {
            return Verified(Lookup(id));
        }

        if (actorRequirement is not null && (requirement is null || _bindings.ContainsKey(actorRequirement)))
        {
            return Verified(LookupByQueueType(actorRequirement));
        }

        return Verified(requirement is null ? Lookup(DefaultMailboxId) : LookupByQueueType(requirement));

        MailboxType Verified(MailboxType type)
        {
            if (requirement is null && actorRequirement is null)
            {
                return type;
            }

            var produced = ArgumentOf(type.GetType(), typeof(IProducesMessageQueue<>))
                ?? throw new ArgumentException(nameof(type), $"No IProducesMessageQueue<TQueue> supplied for {type}; illegal mailbox type definition.");
            return requirement is not null && !requirement.IsAssignableFrom(produced)
                ? throw new ArgumentException($"produced message queue type [{produced}] does not fulfill requirement for dispatcher [{id}].Must be a subclass of [{requirement}]")
                : actorRequirement is not null && !actorRequirement.IsAssignableFrom(produced)
                    ? throw new ArgumentException($"produced message queue type of [{produced}] does not fulfill requirement for actor class [{props.Type}].Must be a subclass of [{actorRequirement}]")
                    : type;
        }
    }

    /// <summary>The stash capacity configured for a mailbox, else for a dispatcher, else by default.</summary>
    public int StashCapacity(string dispatcher, string mailbox) => _stashCapacities.GetOrAdd((dispatcher, mailbox), key =>
    {
        var fallback = Dispatchers.GetConfig(Root, key.Dispatcher).WithFallback(Root.GetConfig(DefaultMailboxId));
        var config = string.IsNullOrEmpty(key.Mailbox) || key.Mailbox == DefaultMailboxId
            ? fallback
            : Root.GetConfig(key.Mailbox).SafeWithFallback(fallback);
        return config.GetInt("stash-capacity", 0);
    });

    private static Type ArgumentOf(Type type, Type openInterface) => Array.Find(
        type.GetInterfaces(), face => face.IsGenericType && face.GetGenericTypeDefinition() == openInterface)?.GetGenericArguments()[0];

    private MailboxType Make(string id)
    {
        if (id == "unbounded")
        {
            return new UnboundedMailbox();
        }

        if (id == "bounded")
        {
            return new BoundedMailbox(_system.Settings, Section(id));
        }

        if (!Root.HasPath(id))
        {
            throw new ConfigurationException($"Mailbox Type [{id}] not configured");
        }

        var config = Section(id);
        var name = config.GetString("mailbox-type", null);
        if (string.IsNullOrEmpty(name))
        {
            throw new ConfigurationException($"The setting mailbox-type defined in [{id}] is empty");
        }

        var type = Type.GetType(name)
            ?? throw new ConfigurationException($"Found mailbox-type [{name}] in configuration for [{id}], but could not find that type in any loaded assemblies.");
        MailboxType made;
        try
        {
            made = (MailboxType)Activator.CreateInstance(type, _system.Settings, config);
        }
        catch (Exception exception)
        {
            throw new ArgumentException(
                $"Cannot instantiate MailboxType {type}, defined in [{id}]. Make sure it has a public constructor with [Akka.Actor.Settings, Akka.Configuration.Config] parameters", exception);
        }

        if (!_warnedOfPushTimeout && made is IProducesPushTimeoutSemanticsMailbox { PushTimeout.Ticks: > 0 } slow)
        {
            _warnedOfPushTimeout = true;
            Warn($"Configured potentially-blocking mailbox [{id}] configured with non-zero PushTimeOut ({slow.PushTimeout}), which can lead to blocking behavior when sending messages to this mailbox. Avoid this by setting `{id}.mailbox-push-timeout-time` to `0`.");
        }

        return made;
    }

    private Config Section(string id) => ConfigurationFactory.ParseString($"id:{id}")
        .WithFallback(Root.GetConfig(id))
        .WithFallback(Root.GetConfig(DefaultMailboxId));

    private void Warn(string message) => _system.EventStream.Publish(new Warning("mailboxes", GetType(), message));
}
