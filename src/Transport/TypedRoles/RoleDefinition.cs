using System.Diagnostics.CodeAnalysis;
using ActorBrowser.Transport;
using MessagePack;
using MessagePack.Formatters;

namespace ActorBrowser;

/// <summary>
/// A typed role: its name, how its object is created, and its messages with their handlers. Child, parent and tests use the same
/// definition, so keep it in a static field of the role's class. Immutable: each method returns a new definition.
/// </summary>
public abstract class RoleDefinition
{
    private protected RoleDefinition(string name, IFormatterResolver? resolver, RoleHandler[] handlers, RoleEvent[] events)
    {
        (Name, Resolver, Handlers, Events) = (name, resolver, handlers, events);
        Codec = new Lazy<RoleCodec>(() => new RoleCodec(name, resolver));
    }

    /// <summary>The role's name: lower-case letters, digits and hyphens.</summary>
    public string Name { get; }

    internal IFormatterResolver? Resolver { get; }

    internal RoleHandler[] Handlers { get; }

    internal RoleEvent[] Events { get; }

    /// <summary>Created on first use: a program that only lists its roles loads no serialiser.</summary>
    internal Lazy<RoleCodec> Codec { get; }

    /// <summary>The names of its messages: two definitions with the same ones understand each other.</summary>
    internal string Messages => string.Join(' ', Handlers.Select(static handler => handler.Signature).Concat(Events.Select(static one => "!" + one.Type.FullName)));

    /// <summary>Starts the definition of a role.</summary>
    /// <typeparam name="TRole">The role's class.</typeparam>
    /// <param name="name">Lower-case letters, digits and hyphens; no built-in role.</param>
    /// <param name="create">Creates the role's object; called once in each child.</param>
    public static RoleDefinition<TRole> For<TRole>(string name, Func<TRole> create) where TRole : class
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(create);
        return new RoleDefinition<TRole>(name, _ => create(), isPlugin: false, null, [], []);
    }

    /// <summary>
    /// Starts the definition of a role whose object comes from an assembly that the program was not compiled with: its only public
    /// class that implements <typeparamref name="TContract"/> and has a constructor without parameters. It is loaded in the children
    /// and nowhere else. Add it by <c>AddPlugin</c>.
    /// </summary>
    /// <typeparam name="TContract">The interface that the plugin implements, in an assembly that both reference.</typeparam>
    /// <param name="name">Lower-case letters, digits and hyphens; no built-in role.</param>
    [RequiresUnreferencedCode(PluginContext.Why), RequiresDynamicCode(PluginContext.Why)]
    public static RoleDefinition<TContract> ForPlugin<TContract>(string name) where TContract : class
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new RoleDefinition<TContract>(name, static path => PluginContext.Create<TContract>(path), isPlugin: true, null, [], []);
    }

    /// <summary>Whether its object comes from an assembly that is named at run time.</summary>
    internal abstract bool IsPlugin { get; }

    /// <summary>Creates the role's object.</summary>
    /// <param name="plugin">The full path of the plugin's assembly; empty for none.</param>
    internal abstract object Create(string plugin);

    /// <summary>Finds the handler of a message; null if the role has none.</summary>
    internal RoleHandler? Find(Type message)
    {
        foreach (var handler in Handlers)
        {
            if (handler.Message == message)
                return handler;
        }
        return null;
    }

    /// <summary>Finds the handler of a message by its types' names; null if the role has none.</summary>
    internal RoleHandler? FindBySignature(string signature) => Array.Find(Handlers, handler => handler.Signature == signature);

    /// <summary>Fails with one sentence if a message has no formatter.</summary>
    internal void RequireFormatters()
    {
        foreach (var handler in Handlers)
            handler.RequireFormatters(Codec.Value);
        foreach (var one in Events)
            one.RequireFormatter(Codec.Value);
    }
}

/// <inheritdoc/>
/// <typeparam name="TRole">The role's class.</typeparam>
public sealed class RoleDefinition<TRole> : RoleDefinition where TRole : class
{
    private readonly Func<string, TRole> _create;

    internal RoleDefinition(string name, Func<string, TRole> create, bool isPlugin, IFormatterResolver? resolver, RoleHandler[] handlers, RoleEvent[] events) : base(name, resolver, handlers, events) =>
        (_create, IsPlugin) = (create, isPlugin);

    internal override bool IsPlugin { get; }

    /// <summary>Returns the same role under another name, such as a second version of a plugin beside the first.</summary>
    /// <param name="name">Lower-case letters, digits and hyphens; no built-in role.</param>
    public RoleDefinition<TRole> Named(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new RoleDefinition<TRole>(name, _create, IsPlugin, Resolver, Handlers, Events);
    }

    /// <summary>Adds a request with one answer.</summary>
    /// <typeparam name="TRequest">The request's exact type; not used by another handler of the role.</typeparam>
    /// <typeparam name="TAnswer">The answer's type.</typeparam>
    /// <param name="handler">Runs on any thread of the child. An exception that it throws is the answer, as <c>RoleFailedException</c>.</param>
    public RoleDefinition<TRole> Handles<TRequest, TAnswer>(Func<TRole, TRequest, RoleContext, ValueTask<TAnswer>> handler) where TRequest : notnull where TAnswer : notnull
    {
        ArgumentNullException.ThrowIfNull(handler);
        return With(new RequestHandler<TRole, TRequest, TAnswer>((ushort)Handlers.Length, handler));
    }

    /// <summary>Adds a request that is answered by a stream of items.</summary>
    /// <typeparam name="TRequest">The request's exact type; not used by another handler of the role.</typeparam>
    /// <typeparam name="TItem">The items' type.</typeparam>
    /// <param name="handler">Produces the items. It waits in MoveNextAsync while the reader has not taken the items sent before.</param>
    public RoleDefinition<TRole> Streams<TRequest, TItem>(Func<TRole, TRequest, RoleContext, IAsyncEnumerable<TItem>> handler) where TRequest : notnull where TItem : notnull
    {
        ArgumentNullException.ThrowIfNull(handler);
        return With(new StreamHandler<TRole, TRequest, TItem>((ushort)Handlers.Length, handler));
    }

    /// <summary>Adds a message that has no answer.</summary>
    /// <typeparam name="TMessage">The message's exact type; not used by another handler of the role.</typeparam>
    /// <param name="handler">Handles it. An exception that it throws is logged by the parent.</param>
    public RoleDefinition<TRole> Receives<TMessage>(Func<TRole, TMessage, RoleContext, ValueTask> handler) where TMessage : notnull
    {
        ArgumentNullException.ThrowIfNull(handler);
        return With(new MessageHandler<TRole, TMessage>((ushort)Handlers.Length, handler));
    }

    /// <summary>Adds an event that the role may publish by <see cref="RoleContext.PublishAsync"/>.</summary>
    /// <typeparam name="TEvent">The event's exact type.</typeparam>
    public RoleDefinition<TRole> Publishes<TEvent>() where TEvent : notnull =>
        Array.Exists(Events, static one => one.Type == typeof(TEvent))
            ? throw new ArgumentException($"The role '{Name}' publishes {typeof(TEvent)} already.")
            : new RoleDefinition<TRole>(Name, _create, IsPlugin, Resolver, Handlers, [.. Events, new RoleEvent<TEvent>((ushort)Events.Length)]);

    /// <summary>
    /// Names formatters of the role's messages. Types with MessagePack's attributes need none on the JIT, where MessagePack generates
    /// them at run time; a native program must name one for each message but numbers, texts, and arrays of these.
    /// </summary>
    /// <param name="formatters">Each is an <c>IMessagePackFormatter&lt;T&gt;</c> of a message.</param>
    public RoleDefinition<TRole> WithFormatters(params IMessagePackFormatter[] formatters)
    {
        ArgumentNullException.ThrowIfNull(formatters);
        return WithResolver(RoleCodec.Default(formatters));
    }

    /// <summary>Names the resolver that has the formatter of each message, instead of the default one.</summary>
    /// <param name="resolver">Finds the formatter of each message.</param>
    public RoleDefinition<TRole> WithResolver(IFormatterResolver resolver)
    {
        ArgumentNullException.ThrowIfNull(resolver);
        return new RoleDefinition<TRole>(Name, _create, IsPlugin, resolver, Handlers, Events);
    }

    internal override object Create(string plugin) => _create(plugin) ?? throw new InvalidOperationException($"The factory of the role '{Name}' returned null.");

    private RoleDefinition<TRole> With(RoleHandler handler) => Find(handler.Message) is null
        ? new RoleDefinition<TRole>(Name, _create, IsPlugin, Resolver, [.. Handlers, handler], Events)
        : throw new ArgumentException($"The role '{Name}' handles {handler.Message} already.");
}
