package provisioner

import (
	"fmt"

	"github.com/spf13/cobra"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// Name is what a StorageClass names to have its volumes made here.
const Name = "stenofleet.io/folder"

// NewCommand returns the provisioner as a command; it runs until it is told to stop.
func NewCommand() *cobra.Command {
	var kubeconfig, root, node string
	command := &cobra.Command{
		Use:          "provisioner",
		Short:        "Makes a folder of this node for each PersistentVolumeClaim",
		SilenceUsage: true,
		RunE: func(*cobra.Command, []string) error {
			return run(kubeconfig, folders{root: root, node: node})
		},
	}
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "how to reach the API server")
	command.Flags().StringVar(&root, "root", "", "folder that holds the volumes")
	command.Flags().StringVar(&node, "node", "", "name of this node")
	return command
}

func run(kubeconfig string, provisioner folders) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return fmt.Errorf("read kubeconfig %q: %w", kubeconfig, err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("make a client from %q: %w", kubeconfig, err)
	}
	ctx := genericapiserver.SetupSignalContext()
	// One node has one provisioner: an election would only delay the first volume after a restart.
	controller.NewProvisionController(ctx, client, Name, provisioner,
		controller.LeaderElection(false)).Run(ctx)
	return nil
}
