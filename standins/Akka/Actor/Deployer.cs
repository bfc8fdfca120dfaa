using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Akka.Configuration;
using Akka.Routing;
using Akka.Util;
using Akka.Util.Internal;

namespace Akka.Actor;

/// <summary>What <c>akka.actor.deployment</c> says of actors by path.</summary>
public class Deployer
{
    protected readonly Config Default;

    private WildcardIndex<Deploy> _deployments = new();

    public Deployer(Settings settings)
    {
        var config = settings.Config.GetConfig("akka.actor.deployment");
        Default = config.GetConfig("default");
        foreach (var (path, value) in config.Root.GetObject().Items)
        {
            if (path != "default")
            {
#pragma warning disable CA2214 // The real one does, and subclasses rely on that.
                SetDeploy(ParseConfig(path, value.ToConfig()));
#pragma warning restore CA2214
            }
        }
    }

    public Deploy Lookup(ActorPath path) => path.Elements is ["user", _, ..] elements ? Lookup(elements.Skip(1)) : Deploy.None;

    public Deploy Lookup(IEnumerable<string> path) => Volatile.Read(ref _deployments).Find(path);

    public void SetDeploy(Deploy deploy)
    {
        string[] path = [.. deploy.Path.Split('/').Skip(1)];
        foreach (var element in path)
        {
            if (element.Length == 0)
            {
                throw new IllegalActorNameException($"Actor name in deployment [{deploy.Path}] must not be empty");
            }

            if (!ActorPath.IsValidPathElement(element))
            {
                throw new IllegalActorNameException($"Illegal actor name [{element}] in deployment [${deploy.Path}]. {ActorPath.ValidActorNameDescription}");
            }
        }

        InterlockedSpin.Swap(ref _deployments, deployments => deployments.Insert(path, deploy));
    }

    public virtual Deploy ParseConfig(string key, Config config)
    {
        var deployment = config.WithFallback(Default);
        var router = deployment.GetString("router", "from-code");
        return router == "from-code"
            ? new Deploy(key, deployment, NoRouter.Instance, Deploy.NoScopeGiven, deployment.GetString("dispatcher", ""), deployment.GetString("mailbox", ""), deployment.GetInt("stash-capacity", Deploy.NoStashSize))
            : throw new ConfigurationException($"Could not find type mapping for router alias [{router}]. Did you forgot to install a specific router extension?");
    }
}
