using System;
using System.Collections.Generic;
using Akka.Event;
using Akka.Util;

namespace Akka.Actor.Internal;

public partial class ActorSystemImpl
{
    public override object RegisterExtension(IExtensionId extension)
    {
        if (extension is null)
        {
            return null;
        }

        _extensions.GetOrAdd(extension.ExtensionType, _ => new Lazy<object>(() => extension.CreateExtension(this)));
        return extension.Get(this);
    }

    public override object GetExtension(IExtensionId extensionId) =>
        TryGetExtension(extensionId.ExtensionType, out var extension) ? extension : null;

    public override T GetExtension<T>() => TryGetExtension<T>(out var extension) ? extension : null;

    public override bool HasExtension(Type type) => typeof(IExtension).IsAssignableFrom(type) && _extensions.ContainsKey(type);

    public override bool HasExtension<T>() => _extensions.ContainsKey(typeof(T));

    public override bool TryGetExtension(Type extensionType, out object extension)
    {
        var found = _extensions.TryGetValue(extensionType, out var lazy);
        extension = found ? lazy.Value : null;
        return found;
    }

    public override bool TryGetExtension<T>(out T extension)
    {
        var found = TryGetExtension(typeof(T), out var any);
        extension = any as T;
        return found;
    }

    private void LoadExtensions()
    {
        var extensions = new List<IExtensionId>();
        foreach (var name in Settings.Config.GetStringList("akka.extensions", []))
        {
            var type = Type.GetType(name);
            if (type is null || !type.Implements<IExtensionId>() || type.IsAbstract || !type.IsClass)
            {
                Log.Error("[{0}] is not an 'ExtensionId', skipping...", name);
                continue;
            }

            try
            {
                extensions.Add((IExtensionId)Activator.CreateInstance(type));
            }
            catch (Exception exception)
            {
                Log.Error(exception, "While trying to load extension [{0}], skipping...", name);
            }
        }

        extensions.ForEach(extension => RegisterExtension(extension));
    }
}
